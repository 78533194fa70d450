/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What the guests for BMCs share; each board has its I2C controller and its devices. */

#ifndef BMC_H
#define BMC_H

#define REG8(base, offset)  (*(volatile unsigned char *)((base) + (offset)))
#define REG32(base, offset) (*(volatile unsigned *)((base) + (offset)))

/* Of the board: a byte with a start condition, one more, one back, and the end. */
_Bool i2c_start(unsigned bus, unsigned byte);
_Bool i2c_write(unsigned bus, unsigned byte);
unsigned i2c_read(unsigned bus, _Bool last);
void i2c_stop(unsigned bus);
void board(void);

void put(const char *text);
void sensor(unsigned bus, unsigned address);
void eeprom(unsigned bus, unsigned address, _Bool wide);
void multiplexer(unsigned bus, unsigned address);
void word(const char *what, unsigned address);

#endif

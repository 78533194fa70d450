/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The SMBus modules of Nuvoton's NPCM730, and the devices of Quanta's GSJ.
 * Proves that those sit on the buses that the spec names.
 */

#include "bmc.h"

#define SMBUS(bus)          (0xf0080000 + 0x1000 * (bus))
#define SDA                 0x00
#define ST                  0x02
#define ST_NEGACK           0x10
#define CTL1                0x06
#define CTL1_START          0x01
#define CTL1_STOP           0x02
#define CTL2                0x0a
#define CTL2_ENABLE         0x01

#define FIU0_WINDOW         0x80000000
#define GCR_PDID            0xf0800000
#define GCR_PWRON           0xf0800004

static _Bool send(unsigned bus, unsigned byte)
{
    REG8(SMBUS(bus), SDA) = byte;
    return !(REG8(SMBUS(bus), ST) & ST_NEGACK);
}

_Bool i2c_start(unsigned bus, unsigned byte)
{
    REG8(SMBUS(bus), CTL2) = CTL2_ENABLE;
    REG8(SMBUS(bus), ST) = ST_NEGACK;
    REG8(SMBUS(bus), CTL1) = CTL1_START;
    return send(bus, byte);
}

_Bool i2c_write(unsigned bus, unsigned byte)
{
    return send(bus, byte);
}

/* The controller stops behind the last byte by itself. */
unsigned i2c_read(unsigned bus, _Bool last)
{
    if (last) {
        REG8(SMBUS(bus), CTL1) = CTL1_STOP;
    }
    return REG8(SMBUS(bus), SDA);
}

void i2c_stop(unsigned bus)
{
    REG8(SMBUS(bus), CTL1) = CTL1_STOP;
}

void board(void)
{
    word("product", GCR_PDID);
    word("straps", GCR_PWRON);
    word("flash", FIU0_WINDOW);
    for (unsigned bus = 1; bus < 5; bus++) {
        sensor(bus, 0x5c);
    }
    sensor(5, 0x5c);
    eeprom(9, 0x55, 1);
    eeprom(10, 0x55, 1);
    multiplexer(15, 0x75);
}

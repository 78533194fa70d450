/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Console of a BMC, and what answers on its I2C buses.
 * Proves that UART, buses and the devices on them are where the spec puts them.
 */

#include "bmc.h"

#define UART_THR            0x00
#define UART_LSR            0x14
#define UART_LSR_THRE       0x20

static void put_char(char c)
{
    while (!(REG32(UART, UART_LSR) & UART_LSR_THRE)) {
    }
    REG32(UART, UART_THR) = c;
}

void put(const char *text)
{
    while (*text) {
        put_char(*text++);
    }
}

static void put_hex(unsigned value, int digits)
{
    while (digits--) {
        put_char("0123456789abcdef"[(value >> (4 * digits)) & 15]);
    }
}

static void put_place(const char *what, unsigned bus, unsigned address)
{
    put("qgen: ");
    put(what);
    put(" ");
    put_hex(bus, 2);
    put("-");
    put_hex(address, 2);
}

static unsigned read_word(unsigned bus, unsigned address, unsigned pointer)
{
    unsigned high;

    i2c_start(bus, address << 1);
    i2c_write(bus, pointer);
    i2c_start(bus, address << 1 | 1);
    high = i2c_read(bus, 0);
    high = high << 8 | i2c_read(bus, 1);
    i2c_stop(bus);
    return high;
}

/* A TMP105: temperature, and the limits that it has after reset. */
void sensor(unsigned bus, unsigned address)
{
    put_place("sensor", bus, address);
    if (!i2c_start(bus, address << 1)) {
        i2c_stop(bus);
        put(" absent\n");
        return;
    }
    i2c_stop(bus);
    for (unsigned pointer = 0; pointer < 4; pointer++) {
        if (pointer != 1) {
            put(" ");
            put_hex(read_word(bus, address, pointer), 4);
        }
    }
    put("\n");
}

static void point(unsigned bus, unsigned address, _Bool wide)
{
    i2c_start(bus, address << 1);
    if (wide) {
        i2c_write(bus, 0);
    }
    i2c_write(bus, 0x21);
}

/* An EEPROM, whose addresses have one byte or two: what is written is read. */
void eeprom(unsigned bus, unsigned address, _Bool wide)
{
    put_place("eeprom", bus, address);
    for (int turn = 0; turn < 2; turn++) {
        point(bus, address, wide);
        i2c_start(bus, address << 1 | 1);
        put(" ");
        put_hex(i2c_read(bus, 1), 2);
        i2c_stop(bus);
        point(bus, address, wide);
        i2c_write(bus, 0x5a);
        i2c_stop(bus);
    }
    put("\n");
}

/* A PCA9548: its channels, before and after two of them are opened. */
void multiplexer(unsigned bus, unsigned address)
{
    put_place("multiplexer", bus, address);
    for (int turn = 0; turn < 2; turn++) {
        i2c_start(bus, address << 1 | 1);
        put(" ");
        put_hex(i2c_read(bus, 1), 2);
        i2c_stop(bus);
        i2c_start(bus, address << 1);
        i2c_write(bus, 0x42);
        i2c_stop(bus);
    }
    put("\n");
}

void word(const char *what, unsigned address)
{
    put("qgen: ");
    put(what);
    put(" ");
    put_hex(REG32(address, 0), 8);
    put("\n");
}

void main(void)
{
    put("qgen: hello from a bmc\n");
    board();
    put("qgen: done\n");
}

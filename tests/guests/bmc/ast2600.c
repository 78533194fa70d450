/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The AST2600's I2C controller in its old mode, and the devices of the evaluation board.
 * Proves that those sit on the buses that the spec names.
 */

#include "bmc.h"

#define I2C(bus)            (0x1e78a080 + 0x80 * (bus))
#define FUN_CTRL            0x00
#define FUN_CTRL_MASTER     0x1
#define INTR_CTRL           0x0c
#define INTR_STS            0x10
#define INTR_TX_ACK         0x1
#define CMD                 0x14
#define CMD_START           0x01
#define CMD_TX              0x02
#define CMD_RX              0x08
#define CMD_RX_LAST         0x10
#define CMD_STOP            0x20
#define BYTE_BUF            0x20

#define FMC_WINDOW          0x20000000
#define SCU_REVISION        0x1e6e2004
#define SCU_STRAPS          0x1e6e2500

static unsigned command(unsigned bus, unsigned bits)
{
    REG32(I2C(bus), FUN_CTRL) = FUN_CTRL_MASTER;
    REG32(I2C(bus), INTR_CTRL) = 0x7fff;
    REG32(I2C(bus), INTR_STS) = 0x7fff;
    REG32(I2C(bus), CMD) = bits;
    return REG32(I2C(bus), INTR_STS);
}

_Bool i2c_start(unsigned bus, unsigned byte)
{
    REG32(I2C(bus), BYTE_BUF) = byte;
    return command(bus, CMD_START | CMD_TX) & INTR_TX_ACK;
}

_Bool i2c_write(unsigned bus, unsigned byte)
{
    REG32(I2C(bus), BYTE_BUF) = byte;
    return command(bus, CMD_TX) & INTR_TX_ACK;
}

unsigned i2c_read(unsigned bus, _Bool last)
{
    command(bus, CMD_RX | (last ? CMD_RX_LAST : 0));
    return REG32(I2C(bus), BYTE_BUF) >> 8 & 0xff;
}

void i2c_stop(unsigned bus)
{
    command(bus, CMD_STOP);
}

void board(void)
{
    word("revision", SCU_REVISION);
    word("straps", SCU_STRAPS);
    word("flash", FMC_WINDOW);
    eeprom(7, 0x50, 0);
    sensor(8, 0x4d);
    sensor(8, 0x48);
    sensor(9, 0x4d);
}

/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What core.c offers to the Cortex-M guests on any ARMv7-M board.
 * Proves nothing itself.
 */

#ifndef CORE_H
#define CORE_H

#define REG(address) (*(volatile unsigned *)(address))

#define NO_EXCEPTION    0
#define SYSTICK         15
#define IRQ(line)       (16 + (line))

/* The guest's own: whether all was well, for QEMU's exit status. */
_Bool main(void);

void semihosting_write(const char *text);
_Noreturn void semihosting_exit(_Bool good);

void irqs_enable_all(void);
void systick_start(void);

/* The number of the exception that came, or NO_EXCEPTION after a while. */
unsigned take_exception(void);

#endif

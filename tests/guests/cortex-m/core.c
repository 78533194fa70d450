/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Vector table, semihosting, SysTick and NVIC for the Cortex-M guests.
 * Proves that the CPU finds its vectors at 0 and its stack in SRAM.
 */

#include "core.h"

#define IRQ_LINES       96
#define PATIENCE        500000000       /* turns of a loop: a second or two */

#define SYST_CSR        0xe000e010
#define SYST_RVR        0xe000e014
#define SYST_CVR        0xe000e018
#define NVIC_ISER       0xe000e100
#define NVIC_ICER       0xe000e180
#define NVIC_ICPR       0xe000e280

#define SYS_WRITE0      0x04
#define SYS_EXIT        0x18
#define EXIT_GOOD       0x20026         /* ADP_Stopped_ApplicationExit */
#define EXIT_BAD        0x20023         /* ADP_Stopped_RunTimeErrorUnknown */

extern char stack_top[];

static volatile unsigned taken;

static unsigned semihosting(unsigned operation, unsigned argument)
{
    register unsigned r0 asm("r0") = operation;
    register unsigned r1 asm("r1") = argument;

    asm volatile("bkpt 0xab" : "+r"(r0) : "r"(r1) : "memory");
    return r0;
}

void semihosting_write(const char *text)
{
    semihosting(SYS_WRITE0, (unsigned)text);
}

_Noreturn void semihosting_exit(_Bool good)
{
    semihosting(SYS_EXIT, good ? EXIT_GOOD : EXIT_BAD);
    for (;;) {
    }
}

/*
 * All of them, so that a wire to the wrong line is noticed as such. What was
 * pending is over: its source was told so.
 */
void irqs_enable_all(void)
{
    for (unsigned i = 0; i < IRQ_LINES / 32; i++) {
        REG(NVIC_ICPR + 4 * i) = ~0u;
        REG(NVIC_ISER + 4 * i) = ~0u;
    }
}

void systick_start(void)
{
    REG(SYST_RVR) = 1000;
    REG(SYST_CVR) = 0;
    REG(SYST_CSR) = 7;                  /* processor clock, interrupt, on */
}

unsigned take_exception(void)
{
    unsigned number;

    for (unsigned i = 0; i < PATIENCE && taken == NO_EXCEPTION; i++) {
    }
    number = taken;
    taken = NO_EXCEPTION;
    return number;
}

static void handler(void)
{
    unsigned number;

    asm volatile("mrs %0, ipsr" : "=r"(number));
    if (number >= IRQ(0)) {
        unsigned line = number - IRQ(0);

        REG(NVIC_ICER + line / 32 * 4) = 1 << line % 32;
    } else if (number == SYSTICK) {
        REG(SYST_CSR) = 0;
    } else {                            /* a fault, most likely */
        semihosting_write("qgen: unexpected exception\n");
        semihosting_exit(0);
    }
    taken = number;
}

_Noreturn static void reset(void)
{
    semihosting_exit(main());
}

__attribute__((section(".vectors"), used))
static void (*const vectors[IRQ(IRQ_LINES)])(void) = {
    [0] = (void (*)(void))stack_top,
    [1] = reset,
    [2 ... IRQ(IRQ_LINES) - 1] = handler,
};

/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Console, GICv2, clock and PSCI of a `virt`-like board, for its guests.
 * Proves that those stand at their addresses and that IRQ reaches the CPU.
 */

#include "board.h"

#define WAIT_SECONDS    5

#define UART_DR         0x000
#define UART_FR         0x018
#define UART_FR_TXFF    0x20
#define UART_LCR_H      0x02c
#define UART_CR         0x030

#define GICD_CTLR       0x000
#define GICD_TYPER      0x004
#define GICD_ISENABLER  0x100
#define GICD_ICENABLER  0x180
#define GICD_ITARGETSR  0x800
#define GICD_SGIR       0xf00
#define GICC_CTLR       0x000
#define GICC_PMR        0x004
#define GICC_IAR        0x00c
#define GICC_EOIR       0x010

#define PSCI_SYSTEM_OFF 0x84000008
#define PSCI_CPU_ON     0x84000003

static volatile unsigned taken[MAX_CPUS];

/* Console */

void uart_init(void)
{
    REG(UART_BASE, UART_LCR_H) = 0x70;          /* 8 bits, FIFOs */
    REG(UART_BASE, UART_CR) = 0x301;            /* receive, transmit, on */
}

static void put_char(char c)
{
    while (REG(UART_BASE, UART_FR) & UART_FR_TXFF) {
    }
    REG(UART_BASE, UART_DR) = c;
}

void put(const char *text)
{
    while (*text) {
        put_char(*text++);
    }
}

void put_decimal(unsigned value)
{
    if (value >= 10) {
        put_decimal(value / 10);
    }
    put_char('0' + value % 10);
}

void put_hex(unsigned value)
{
    for (int shift = 28; shift >= 0; shift -= 4) {
        put_char("0123456789abcdef"[(value >> shift) & 15]);
    }
}

_Noreturn static void hang(void)
{
    for (;;) {
        asm volatile("wfi");
    }
}

/* From start.S; `again` is for a UART or a conduit that is not there. */
_Noreturn void unexpected_exception(unsigned vector)
{
    static volatile _Bool again, off;

    if (!again) {
        again = 1;
        put("qgen: unexpected exception ");
        put_decimal(vector);
        put("\r\n");
    }
    if (!off) {
        off = 1;
        power_off();
    }
    hang();
}

/* Time */

_Bool patience(unsigned long long *since)
{
    unsigned frequency;
    unsigned long long now;

    asm volatile("mrc p15, 0, %0, c14, c0, 0" : "=r"(frequency));
    asm volatile("isb; mrrc p15, 0, %Q0, %R0, c14" : "=r"(now));
    if (!*since) {
        *since = now;
    }
    return now - *since < (unsigned long long)frequency * WAIT_SECONDS;
}

/* Interrupts */

static unsigned this_cpu(void)
{
    unsigned mpidr;

    asm volatile("mrc p15, 0, %0, c0, c0, 5" : "=r"(mpidr));
    return mpidr & 0xff;
}

static unsigned gic_words(void)                 /* of 32 IDs each */
{
    return (REG(GICD_BASE, GICD_TYPER) & 31) + 1;
}

unsigned gic_cpus(void)
{
    return (REG(GICD_BASE, GICD_TYPER) >> 5 & 7) + 1;
}

void gic_init(void)
{
    for (unsigned id = 32; id < 32 * gic_words(); id += 4) {
        REG(GICD_BASE, GICD_ITARGETSR + id) = 0x01010101;
    }
    REG(GICD_BASE, GICD_CTLR) = 1;
}

void gic_cpu_init(void)
{
    taken[this_cpu()] = NO_IRQ;
    REG(GICC_BASE, GICC_PMR) = 0xff;
    REG(GICC_BASE, GICC_CTLR) = 1;
    asm volatile("dsb; cpsie i");
}

void gic_send_sgi(unsigned cpu, unsigned id)
{
    asm volatile("dsb");
    REG(GICD_BASE, GICD_SGIR) = 1 << (16 + cpu) | id;
}

/*
 * Every ID is enabled while we wait, so that a wire that ends at the wrong
 * input is named by the number it has; it is disabled again once taken.
 */
unsigned take_irq(void)
{
    volatile unsigned *mine = &taken[this_cpu()];
    unsigned long long since = 0;
    unsigned id;

    for (unsigned i = 0; i < gic_words(); i++) {
        REG(GICD_BASE, GICD_ISENABLER + 4 * i) = ~0u;
    }
    while (*mine == NO_IRQ && patience(&since)) {
    }
    id = *mine;
    *mine = NO_IRQ;
    return id;
}

__attribute__((interrupt("IRQ"))) void irq_handler(void)
{
    unsigned iar = REG(GICC_BASE, GICC_IAR);
    unsigned id = iar & 0x3ff;

    if (id < 1020) {
        REG(GICD_BASE, GICD_ICENABLER + id / 32 * 4) = 1 << id % 32;
        REG(GICC_BASE, GICC_EOIR) = iar;
        taken[this_cpu()] = id;
    }
}

/* Firmware */

static int psci(unsigned function, unsigned arg1, unsigned arg2)
{
    register unsigned r0 asm("r0") = function;
    register unsigned r1 asm("r1") = arg1;
    register unsigned r2 asm("r2") = arg2;
    register unsigned r3 asm("r3") = 0;         /* CPU_ON: context */

#ifdef PSCI_SMC
    asm volatile("smc #0" : "+r"(r0) : "r"(r1), "r"(r2), "r"(r3) : "memory");
#else
    asm volatile("hvc #0" : "+r"(r0) : "r"(r1), "r"(r2), "r"(r3) : "memory");
#endif
    return r0;
}

int psci_cpu_on(unsigned cpu, void (*entry)(void))
{
    return psci(PSCI_CPU_ON, cpu, (unsigned)entry);
}

_Noreturn void power_off(void)
{
    psci(PSCI_SYSTEM_OFF, 0, 0);
    put("qgen: still on after SYSTEM_OFF\r\n");
    hang();
}

/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Proves each CPU of a `virt`-like board: PSCI starts it, its wire from the
 * GIC brings it an SGI, and its own two timers' wires reach the GIC.
 */

#include "board.h"

#define SGI             1

static volatile _Bool online[MAX_CPUS], finished[MAX_CPUS];
static volatile unsigned sgis, timers;

static void wait_for(volatile _Bool *flag)
{
    unsigned long long since = 0;

    while (!*flag && patience(&since)) {
    }
}

static void work(unsigned cpu)
{
    gic_cpu_init();
    online[cpu] = 1;
    if (take_irq() == SGI) {
        __atomic_fetch_add(&sgis, 1, __ATOMIC_SEQ_CST);
    }
    START_TIMER(PHYSICAL_TIMER);
    if (take_irq() == 30) {
        __atomic_fetch_add(&timers, 1, __ATOMIC_SEQ_CST);
    }
    STOP_TIMER(PHYSICAL_TIMER);
    START_TIMER(VIRTUAL_TIMER);
    if (take_irq() == 27) {
        __atomic_fetch_add(&timers, 1, __ATOMIC_SEQ_CST);
    }
    STOP_TIMER(VIRTUAL_TIMER);
    finished[cpu] = 1;
}

void secondary(unsigned cpu)
{
    work(cpu);
}

_Noreturn void main(void)
{
    unsigned cpus = gic_cpus();
    unsigned counted = 1;

    uart_init();
    gic_init();
    for (unsigned cpu = 1; cpu < cpus; cpu++) {
        if (psci_cpu_on(cpu, start) == 0) {
            wait_for(&online[cpu]);
            counted += online[cpu];
            gic_send_sgi(cpu, SGI);
        }
    }
    gic_send_sgi(0, SGI);
    work(0);
    for (unsigned cpu = 1; cpu < cpus; cpu++) {
        if (online[cpu]) {
            wait_for(&finished[cpu]);
        }
    }

    put("qgen: ");
    put_decimal(counted);
    put(" cpus, ");
    put_decimal(sgis);
    put(" interrupts taken\r\n");
    put("qgen: ");
    put_decimal(counted);
    put(" cpus, ");
    put_decimal(timers);
    put(" timer interrupts taken\r\n");
    power_off();
}

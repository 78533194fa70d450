/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The addresses of a `virt`-like board, and what board.c offers on them.
 * Proves nothing itself: every address here is one that a guest then uses.
 */

#ifndef BOARD_H
#define BOARD_H

#define GICD_BASE       0x08000000
#define GICC_BASE       0x08010000
#define UART_BASE       0x09000000
#define RTC_BASE        0x09010000
#define GPIO_BASE       0x09030000
#define VIRTIO_BASE     0x0a000000
#define VIRTIO_SIZE     0x200
#define VIRTIO_SLOTS    32

#define REG(base, offset) (*(volatile unsigned *)((base) + (offset)))

#define MAX_CPUS        8
#define NO_IRQ          1023            /* also the GIC's "nothing pending" */

/* The generic timer's two timers; CRn and op2 select TVAL and CTL. */
#define PHYSICAL_TIMER  "c2"
#define VIRTUAL_TIMER   "c3"
#define START_TIMER(which) do { \
        asm volatile("mcr p15, 0, %0, c14, " which ", 0" : : "r"(1000)); \
        asm volatile("mcr p15, 0, %0, c14, " which ", 1" : : "r"(1)); \
        asm volatile("isb"); \
    } while (0)
#define STOP_TIMER(which) \
        asm volatile("mcr p15, 0, %0, c14, " which ", 1; isb" : : "r"(0))

/* start.S */
void start(void);
unsigned peek(const volatile void *address);

/* The guest's own: what CPU 0 runs, and what the others run. */
_Noreturn void main(void);
void secondary(unsigned cpu);

/* Console. */
void uart_init(void);
void put(const char *text);
void put_decimal(unsigned value);
void put_hex(unsigned value);

/* Time: false once some seconds have passed since *since (0 to begin with). */
_Bool patience(unsigned long long *since);

/* Interrupts. */
void gic_init(void);                    /* once, by CPU 0 */
void gic_cpu_init(void);                /* by every CPU */
unsigned gic_cpus(void);                /* how many the distributor serves */
void gic_send_sgi(unsigned cpu, unsigned id);
unsigned take_irq(void);                /* the ID that came, or NO_IRQ */

/* Firmware. */
int psci_cpu_on(unsigned cpu, void (*entry)(void));
_Noreturn void power_off(void);

#endif

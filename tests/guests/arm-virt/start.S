/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Entry, stacks and exception vectors of the guests for `virt`-like boards.
 * Proves that a CPU starts at the ELF's entry and that it finds RAM there.
 */

        .arch   armv7-a
        .arm

        .equ    STACK_SIZE, 1024        /* each CPU has two: SVC and IRQ */
        .equ    MAX_CPUS, 8             /* as many as a GICv2 serves */

        .section .text.start, "ax"
        .global start
start:                                  /* CPU 0 by reset, others by CPU_ON */
        cpsid   if
        ldr     r0, =vectors
        mcr     p15, 0, r0, c12, c0, 0  /* VBAR */
        mrc     p15, 0, r0, c0, c0, 5   /* MPIDR: affinity 0 is our number */
        and     r0, r0, #0xff
        mov     r1, #2 * STACK_SIZE
        ldr     r2, =stacks
        mla     r2, r0, r1, r2
        add     r2, r2, r1
        cps     #0x12                   /* IRQ mode */
        mov     sp, r2
        cps     #0x13                   /* SVC mode */
        sub     sp, r2, #STACK_SIZE
        cmp     r0, #0
        bleq    main                    /* does not return */
        bl      secondary
1:      wfi
        b       1b

        /* unsigned peek(const volatile void *): a word; 0 where nothing is */
        .global peek
peek:   ldr     r0, [r0]
        bx      lr

data_abort:                             /* its stack pointer is a scratch */
        sub     lr, lr, #8              /* the instruction that failed */
        ldr     sp, =peek
        cmp     lr, sp
        movne   r0, #4
        bne     1f
        mov     r0, #0
        add     lr, lr, #4
        movs    pc, lr

        .macro  unexpected number
        mov     r0, #\number
        b       1f
        .endm
undefined:
        unexpected 1
svc:    unexpected 2
prefetch_abort:
        unexpected 3
reserved:
        unexpected 5
fiq:    unexpected 7
1:      cps     #0x13
        bl      unexpected_exception    /* does not return */

        .balign 32
vectors:
        b       start
        b       undefined
        b       svc
        b       prefetch_abort
        b       data_abort
        b       reserved
        b       irq_handler
        b       fiq

        .bss
        .balign 8
stacks: .space  MAX_CPUS * 2 * STACK_SIZE

/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Entry of the guests for BMCs: by -kernel in RAM, or by -bios at the reset vector.
 * Proves that a CPU starts there; the others wait for nothing.
 */

        .arch   armv7-a
        .arm

        .section .text.start, "ax"
        .global start
start:  cpsid   if
        mrc     p15, 0, r0, c0, c0, 5   /* MPIDR: affinity 0 is our number */
        tst     r0, #0xff
        bne     1f
        ldr     sp, =STACK_TOP
        bl      main
        mov     r0, #0x18               /* semihosting: SYS_EXIT */
        ldr     r1, =0x20026            /* ADP_Stopped_ApplicationExit */
        svc     0x123456
1:      wfi
        b       1b

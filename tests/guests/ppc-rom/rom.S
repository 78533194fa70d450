# SPDX-License-Identifier: GPL-2.0-or-later
# Proves a 32-bit PowerPC board from its ROM: reset at 0xfff00100, the ROM
# where ROM_BASE says and read-only, RAM at 0, and a time base that runs.

# Everything is left in RAM, to be read from outside:
        .equ    RESULTS, 0x1000
        .equ    ALIVE,   0x00           # 0x71656d75, "qemu": RAM takes stores
        .equ    COUNTER, 0x04           # counts for ever: the CPU runs
        .equ    READ,    0x08           # the ROM's first word, "rom!"
        .equ    REREAD,  0x0c           # the same after a store to it
        .equ    TICKED,  0x10           # 1: the time base went on
        .equ    LAST,    0x14           # the ROM's last word, "end!"
                                        # r3: 0x7167656e, "qgen"

        .section .first, "a"            # at ROM_BASE
        .ascii  "rom!"

        .section .reset, "ax"           # at 0xfff00100
        .global reset
reset:  li      %r4, RESULTS
        lis     %r5, 0x71656d75@h
        ori     %r5, %r5, 0x71656d75@l
        stw     %r5, ALIVE(%r4)

        lis     %r6, ROM_BASE@h
        ori     %r6, %r6, ROM_BASE@l
        lwz     %r7, 0(%r6)
        stw     %r7, READ(%r4)
        stw     %r5, 0(%r6)
        lwz     %r7, 0(%r6)
        stw     %r7, REREAD(%r4)

        lwz     %r7, -4(0)              # that is, from 0 - 4
        stw     %r7, LAST(%r4)

        lis     %r3, 0x7167656e@h
        ori     %r3, %r3, 0x7167656e@l

        mftb    %r8                     # QEMU crashes here if the board
        lis     %r9, 0x10               # has set up no time base at all
        mtctr   %r9
1:      mftb    %r10
        cmpw    %r8, %r10
        bdnzt   eq, 1b                  # a while, or until it differs
        li      %r11, 0
        beq     2f
        li      %r11, 1
2:      stw     %r11, TICKED(%r4)

        li      %r12, 0
3:      addi    %r12, %r12, 1
        stw     %r12, COUNTER(%r4)
        b       3b

        .section .last, "a"             # the last word below 4 GiB
        .ascii  "end!"

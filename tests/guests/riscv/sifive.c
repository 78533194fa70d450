/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Proves a SiFive microcontroller: the reset code jumps into the flash, the UART
 * writes to the console and interrupts through the PLIC, and the CLINT has a timer
 * and software interrupts.
 */

#define REG(address) (*(volatile unsigned *)(unsigned long)(address))

#define CLINT           0x02000000
#define MSIP            (CLINT + 0x0)
#define MTIMECMP        (CLINT + 0x4000)
#define MTIME           (CLINT + 0xbff8)

#define PLIC            0x0c000000
#define PRIORITY(line)  (PLIC + 4 * (line))
#define ENABLE          (PLIC + 0x2000)
#define CLAIM           (PLIC + 0x200004)
#define LINES           53

#define UART(n)         (0x10013000 + 0x10000 * (n))
#define TXDATA          0x00
#define TXCTRL          0x08
#define IE              0x10
#define IP              0x14
#define TX_ENABLE       1
#define TX_WATERMARK    1
#define TX_COUNT(n)     ((n) << 16)     /* fewer than n left: the watermark */

#define MSI             (1 << 3)
#define MTI             (1 << 7)
#define MEI             (1 << 11)
#define PATIENCE        10000000        /* turns of a loop: a second or two */

#define SYS_EXIT        0x18
#define EXIT_GOOD       0x20026         /* ADP_Stopped_ApplicationExit */
#define EXIT_BAD        0x20023         /* ADP_Stopped_RunTimeErrorUnknown */

__attribute__((naked, section(".start"))) void start(void)
{
    asm volatile("la sp, stack_top\n\tj main");
}

_Noreturn static void leave(_Bool good)
{
    unsigned long block[] = { good ? EXIT_GOOD : EXIT_BAD, 0 };
    register unsigned long a0 asm("a0") = SYS_EXIT;
    register void *a1 asm("a1") = block;

    /* QEMU may end before a UART has sent what is in its FIFO. */
    REG(UART(0) + TXCTRL) = TX_ENABLE | TX_COUNT(1);
    while (!(REG(UART(0) + IP) & TX_WATERMARK)) {
    }
    for (;;) {
        asm volatile(".balign 16\n\t"
                     "slli x0, x0, 0x1f\n\tebreak\n\tsrai x0, x0, 7"
                     : "+r"(a0) : "r"(a1) : "memory");
    }
}

static void put(const char *text)
{
    for (; *text; text++) {
        while ((int)REG(UART(0) + TXDATA) < 0) {
        }
        REG(UART(0) + TXDATA) = *text;
    }
}

static _Bool comes(unsigned long wanted)
{
    unsigned long pending = 0;

    for (unsigned i = 0; i < PATIENCE && !(pending & wanted); i++) {
        asm volatile("csrr %0, mip" : "=r"(pending));
    }
    return pending & wanted;
}

static _Bool report(_Bool good, const char *what)
{
    put(good ? "qgen: " : "qgen: no ");
    put(what);
    put("\n");
    return good;
}

static _Bool uart(unsigned number)
{
    unsigned line;
    char digits[] = { 0, 0, '\n', 0 };

    REG(UART(number) + TXCTRL) = TX_ENABLE | 1 << 16;
    REG(UART(number) + IE) = TX_WATERMARK;
    if (!comes(MEI)) {
        return report(0, "uart interrupt");
    }
    line = REG(CLAIM);
    REG(UART(number) + IE) = 0;
    REG(CLAIM) = line;
    digits[0] = '0' + line / 10;
    digits[1] = '0' + line % 10;
    put("qgen: uart line ");
    put(digits);
    return 1;
}

_Noreturn void main(void)
{
    _Bool good;

    REG(UART(0) + TXCTRL) = TX_ENABLE;
    put("qgen: hello from a sifive\n");

    for (unsigned i = 1; i < LINES; i++) {
        REG(PRIORITY(i)) = 1;
        REG(ENABLE + i / 32 * 4) |= 1u << i % 32;
    }
    good = uart(0);
    good &= uart(1);

    REG(MTIMECMP + 4) = 0;
    REG(MTIMECMP) = REG(MTIME) + 100;
    good &= report(comes(MTI), "timer interrupt");

    REG(MSIP) = 1;
    good &= report(comes(MSI), "software interrupt");
    leave(good);
}

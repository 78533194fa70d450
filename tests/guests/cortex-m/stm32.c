/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Proves a board with an STM32: USART 1 writes to the console and its interrupt
 * is a line of the NVIC, the flash shows at 0 as well, and SysTick has a clock.
 */

#include "core.h"

#ifndef USART
#define USART           0x40011000
#endif

#define USART_SR        (USART + 0x00)
#define USART_DR        (USART + 0x04)
#define USART_CR1       (USART + 0x0c)
#define SR_TXE          (1 << 7)
#define CR1_TE          (1 << 3)
#define CR1_TXEIE       (1 << 7)
#define CR1_UE          (1 << 13)

#define FLASH           0x08000000

static void put(const char *text)
{
    while (*text) {
        while (!(REG(USART_SR) & SR_TXE)) {
        }
        REG(USART_DR) = *text++;
    }
}

static void put_decimal(unsigned number)
{
    char text[] = { '0' + number / 10, '0' + number % 10, '\n', 0 };

    put(text);
}

_Bool main(void)
{
    unsigned number;
    _Bool good;

    REG(USART_CR1) = CR1_UE | CR1_TE;
    put("qgen: hello from an stm32\n");

    irqs_enable_all();
    REG(USART_CR1) = CR1_UE | CR1_TE | CR1_TXEIE;
    number = take_exception();
    REG(USART_CR1) = CR1_UE | CR1_TE;
    put("qgen: usart line ");
    put_decimal(number < IRQ(0) ? 0 : number - IRQ(0));

    good = REG(FLASH + 4) == REG(4) && REG(FLASH + 8) == REG(8);
    put(good ? "qgen: flash at both places\n" : "qgen: two flashes\n");

    systick_start();
    good &= take_exception() == SYSTICK;
    put(good ? "qgen: systick interrupt\n" : "qgen: no systick interrupt\n");
    return good && number >= IRQ(0);
}

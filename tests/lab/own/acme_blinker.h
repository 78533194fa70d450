/*
 * A device that no QEMU has: it blinks, if anybody looks.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */

#ifndef HW_MISC_ACME_BLINKER_H
#define HW_MISC_ACME_BLINKER_H

#if __has_include("hw/core/sysbus.h")
#include "hw/core/sysbus.h"
#else
#include "hw/sysbus.h"
#endif
#include "qom/object.h"

#define TYPE_ACME_BLINKER "acme-blinker"
OBJECT_DECLARE_SIMPLE_TYPE(AcmeBlinkerState, ACME_BLINKER)

struct AcmeBlinkerState {
    SysBusDevice parent_obj;

    MemoryRegion iomem;
    qemu_irq irq;
    qemu_irq leds[4];
    Clock *clk;
    uint32_t period;
};

#endif

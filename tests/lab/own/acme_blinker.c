/*
 * A device that no QEMU has: it blinks, if anybody looks.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */

#include "qemu/osdep.h"
#include "qapi/error.h"
#include "hw/misc/acme_blinker.h"
#if __has_include("hw/core/qdev-clock.h")
#include "hw/core/irq.h"
#include "hw/core/qdev-clock.h"
#include "hw/core/qdev-properties.h"
#else
#include "hw/irq.h"
#include "hw/qdev-clock.h"
#include "hw/qdev-properties.h"
#endif

static uint64_t acme_blinker_read(void *opaque, hwaddr addr, unsigned size)
{
    AcmeBlinkerState *s = opaque;

    return addr ? 0 : s->period;
}

static void acme_blinker_write(void *opaque, hwaddr addr, uint64_t value,
                               unsigned size)
{
    AcmeBlinkerState *s = opaque;

    qemu_set_irq(s->leds[value & 3], 1);
}

static const MemoryRegionOps acme_blinker_ops = {
    .read = acme_blinker_read,
    .write = acme_blinker_write,
    .endianness = DEVICE_LITTLE_ENDIAN,
};

static const Property acme_blinker_properties[] = {
    DEFINE_PROP_UINT32("period", AcmeBlinkerState, period, 500),
};

static void acme_blinker_init(Object *obj)
{
    AcmeBlinkerState *s = ACME_BLINKER(obj);

    s->clk = qdev_init_clock_in(DEVICE(obj), "clk", NULL, NULL, 0);
}

static void acme_blinker_realize(DeviceState *dev, Error **errp)
{
    AcmeBlinkerState *s = ACME_BLINKER(dev);

    if (!s->period) {
        error_setg(errp, "acme-blinker: the period must not be 0");
        return;
    }
    memory_region_init_io(&s->iomem, OBJECT(dev), &acme_blinker_ops, s,
                          "acme-blinker", 0x200);
    sysbus_init_mmio(SYS_BUS_DEVICE(dev), &s->iomem);
    sysbus_init_irq(SYS_BUS_DEVICE(dev), &s->irq);
    qdev_init_gpio_out_named(dev, s->leds, "led", ARRAY_SIZE(s->leds));
}

static void acme_blinker_class_init(ObjectClass *oc, const void *data)
{
    DeviceClass *dc = DEVICE_CLASS(oc);

    dc->desc = "Acme blinker";
    dc->realize = acme_blinker_realize;
    device_class_set_props(dc, acme_blinker_properties);
    set_bit(DEVICE_CATEGORY_MISC, dc->categories);
}

static const TypeInfo acme_blinker_info = {
    .name = TYPE_ACME_BLINKER,
    .parent = TYPE_SYS_BUS_DEVICE,
    .instance_size = sizeof(AcmeBlinkerState),
    .instance_init = acme_blinker_init,
    .class_init = acme_blinker_class_init,
};

static void acme_blinker_register(void)
{
    type_register_static(&acme_blinker_info);
}

type_init(acme_blinker_register)

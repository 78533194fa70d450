/*
 * What probe.c writes down of a type and of an instance.  Part of probe.c, which
 * includes QEMU's headers first.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */

#ifndef QGEN_PROBE_FACTS_H
#define QGEN_PROBE_FACTS_H

static void put_str_or_null(QDict *dict, const char *key, const char *text)
{
    if (text) {
        qdict_put_str(dict, key, text);
    } else {
        qdict_put_null(dict, key);
    }
}

/*
 * What QEMU keeps to itself, learnt from a type whose facts are known here: how
 * an enum property refers to its choices, and where a type keeps its size.
 */
typedef struct ProbeHost {
    SysBusDevice parent;
    uint32_t field;
    /* Its size is a number that no other one looks like. */
    uint8_t rest[0x51570];
} ProbeHost;

enum {
    TYPE_WORDS = 8,
};

static const char *const probe_choices[] = { "yes", "no" };

static const QEnumLookup probe_lookup = { .array = probe_choices, .size = 2 };

static const Property probe_property =
    DEFINE_PROP_UINT32("qgen-field", ProbeHost, field, 0);

static struct {
    ObjectPropertyAccessor *set_field;
    ObjectPropertyAccessor *set_enum;
    size_t size_word;
} private;

static int probe_enum_get(Object *obj G_GNUC_UNUSED,
                          Error **errp G_GNUC_UNUSED)
{
    return 0;
}

static void probe_enum_set(Object *obj G_GNUC_UNUSED, int value G_GNUC_UNUSED,
                           Error **errp G_GNUC_UNUSED)
{
}

static void probe_host_class_init(ObjectClass *oc,
                                  ClassData *data G_GNUC_UNUSED)
{
#ifdef DEFINE_PROP_END_OF_LIST /* before 10.0 */
    static Property properties[2];

    properties[0] = probe_property;
    device_class_set_props(DEVICE_CLASS(oc), properties);
#else
    device_class_set_props_n(DEVICE_CLASS(oc), &probe_property, 1);
#endif
    object_class_property_add_enum(oc, "qgen-enum", "QgenEnum", &probe_lookup,
                                   probe_enum_get, probe_enum_set);
}

static void learn_private(void)
{
    ObjectClass *klass = object_class_by_name(TYPE_PROBE_HOST);
    ObjectProperty *prop = object_class_property_find(klass, "qgen-enum");
    const size_t *words = (const size_t *)klass->type;

    private.set_field = object_class_property_find(klass, "qgen-field")->set;
    if (*(const QEnumLookup **)prop->opaque == &probe_lookup) {
        private.set_enum = prop->set;
    }
    while (words[private.size_word] != sizeof(ProbeHost)) {
        if (++private.size_word == TYPE_WORDS) {
            error_setg(&error_fatal, "qgen-probe: no size in a type");
        }
    }
}

static size_t instance_size(ObjectClass *klass)
{
    return ((const size_t *)klass->type)[private.size_word];
}

/* What an enum's property can be set to; NULL for another property. */
static QList *collect_choices(const ObjectProperty *prop)
{
    const QEnumLookup *lookup = NULL;
    QList *list;
    int i;

    if (prop->set && prop->set == private.set_field) {
        lookup = ((const Property *)prop->opaque)->info->enum_table;
    } else if (prop->set && prop->set == private.set_enum) {
        lookup = *(const QEnumLookup **)prop->opaque;
    }
    if (!lookup) {
        return NULL;
    }
    list = qlist_new();
    for (i = 0; i < lookup->size; i++) {
        if (lookup->array[i]) {
            qlist_append_str(list, lookup->array[i]);
        }
    }
    return list;
}

static void append_property(QList *list, const ObjectProperty *prop)
{
    QDict *entry = qdict_new();
    QList *choices = collect_choices(prop);

    qdict_put_str(entry, "name", prop->name);
    qdict_put_str(entry, "type", prop->type ? prop->type : "");
    put_str_or_null(entry, "description", prop->description);
    qdict_put_bool(entry, "settable", prop->set != NULL);
    if (prop->defval) {
        qdict_put_obj(entry, "default", qobject_ref(prop->defval));
    }
    if (choices) {
        qdict_put(entry, "choices", choices);
    }
    qlist_append(list, entry);
}

static QList *collect_properties(ObjectPropertyIterator *iter)
{
    QList *list = qlist_new();
    ObjectProperty *prop;

    while ((prop = object_property_iter_next(iter))) {
        append_property(list, prop);
    }
    return list;
}

/* The kinds of device that QEMU counts a class among, by its own names. */
static QList *collect_categories(DeviceClass *dc)
{
    static const char *const names[DEVICE_CATEGORY_MAX] = {
        [DEVICE_CATEGORY_BRIDGE] = "bridge",
        [DEVICE_CATEGORY_USB] = "usb",
        [DEVICE_CATEGORY_STORAGE] = "storage",
        [DEVICE_CATEGORY_NETWORK] = "network",
        [DEVICE_CATEGORY_INPUT] = "input",
        [DEVICE_CATEGORY_DISPLAY] = "display",
        [DEVICE_CATEGORY_SOUND] = "sound",
        [DEVICE_CATEGORY_MISC] = "misc",
        [DEVICE_CATEGORY_CPU] = "cpu",
        [DEVICE_CATEGORY_WATCHDOG] = "watchdog",
    };
    QList *list = qlist_new();
    int i;

    for (i = 0; i < DEVICE_CATEGORY_MAX; i++) {
        if (test_bit(i, dc->categories) && names[i]) {
            qlist_append_str(list, names[i]);
        }
    }
    return list;
}

static QList *collect_mmio(SysBusDevice *sbd)
{
    QList *list = qlist_new();
    int i;

    for (i = 0; i < sbd->num_mmio; i++) {
        MemoryRegion *mr = sbd->mmio[i].memory;
        QDict *entry = qdict_new();

        put_str_or_null(entry, "name", memory_region_name(mr));
        qdict_put(entry, "size", qnum_from_uint(memory_region_size(mr)));
        qlist_append(list, entry);
    }
    return list;
}

static QList *collect_gpios(DeviceState *dev)
{
    QList *list = qlist_new();
    NamedGPIOList *ngl;

    QLIST_FOREACH(ngl, &dev->gpios, node) {
        QDict *entry = qdict_new();

        put_str_or_null(entry, "name", ngl->name);
        qdict_put_int(entry, "in", ngl->num_in);
        qdict_put_int(entry, "out", ngl->num_out);
        qlist_append(list, entry);
    }
    return list;
}

static QList *collect_clocks(DeviceState *dev)
{
    QList *list = qlist_new();
    NamedClockList *ncl;

    QLIST_FOREACH(ncl, &dev->clocks, node) {
        QDict *entry = qdict_new();

        put_str_or_null(entry, "name", ncl->name);
        qdict_put_bool(entry, "output", ncl->output);
        qlist_append(list, entry);
    }
    return list;
}

/* Whether QEMU made up the name, with a number that counts buses of one type. */
static bool is_numbered(BusState *bus)
{
    const char *type = object_get_typename(OBJECT(bus));
    g_autofree char *stem = g_ascii_strdown(type, -1);
    int i;

    for (i = 0; i < BUS_GET_CLASS(bus)->automatic_ids; i++) {
        g_autofree char *name = g_strdup_printf("%s.%d", stem, i);

        if (g_strcmp0(name, bus->name) == 0) {
            return true;
        }
    }
    return false;
}

static QList *collect_buses(DeviceState *dev)
{
    QList *list = qlist_new();
    BusState *bus;

    QLIST_FOREACH(bus, &dev->child_bus, sibling) {
        QDict *entry = qdict_new();

        put_str_or_null(entry, "name", bus->name);
        qdict_put_str(entry, "type", object_get_typename(OBJECT(bus)));
        qdict_put_bool(entry, "numbered", is_numbered(bus));
        qlist_append(list, entry);
    }
    return list;
}

static int append_memory(Object *child, void *opaque)
{
    MemoryRegion *mr = (MemoryRegion *)object_dynamic_cast(child,
                                                           TYPE_MEMORY_REGION);

    if (mr && memory_region_is_ram(mr)) {
        QDict *entry = qdict_new();

        qdict_put_str(entry, "name",
                      object_get_canonical_path_component(child));
        qdict_put_int(entry, "size", memory_region_size(mr));
        qlist_append((QList *)opaque, entry);
    }
    return 0;
}

/* RAM and ROM of the device's own. */
static QList *collect_memories(DeviceState *dev)
{
    QList *list = qlist_new();

    object_child_foreach(OBJECT(dev), append_memory, list);
    return list;
}

static QDict *collect_shape(DeviceState *dev);

static int append_child(Object *child, void *opaque)
{
    if (object_dynamic_cast(child, TYPE_DEVICE)) {
        QDict *entry = collect_shape(DEVICE(child));

        qdict_put_str(entry, "name",
                      object_get_canonical_path_component(child));
        qdict_put_str(entry, "type", object_get_typename(child));
        qlist_append((QList *)opaque, entry);
    }
    return 0;
}

/* What properties may change of a device, and of the devices inside it. */
static QDict *collect_shape(DeviceState *dev)
{
    QDict *shape = qdict_new();
    QList *children = qlist_new();

    if (object_dynamic_cast(OBJECT(dev), TYPE_SYS_BUS_DEVICE)) {
        qdict_put(shape, "mmio", collect_mmio(SYS_BUS_DEVICE(dev)));
    }
    qdict_put(shape, "gpios", collect_gpios(dev));
    qdict_put(shape, "clocks", collect_clocks(dev));
    qdict_put(shape, "buses", collect_buses(dev));
    qdict_put(shape, "memories", collect_memories(dev));
    object_child_foreach(OBJECT(dev), append_child, children);
    qdict_put(shape, "children", children);
    return shape;
}

#endif

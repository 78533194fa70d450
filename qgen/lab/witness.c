/*
 * Writes down what a running machine is, from inside its QEMU.
 *
 * Preloaded into a qemu-system-* binary linked with -rdynamic, this object
 * adds an object /qgen-witness once the machine is made.  Setting its property
 * "record" to the name of a file writes there, one JSON object a line:
 *
 *   {"types": [...]}               the names of all types
 *   {"class": {...}, ...}          the machine's class: fields, properties
 *   {"path": "/machine/...", ...}  an object: type, properties, facts
 *   {"firmware": {...}}            what fw_cfg tells firmware, by key or file
 *
 * QMP would tell types and properties too, a property at a time.  It does not
 * tell the fields of MachineClass, where a clock comes from, what an alias
 * shows or which regions a device offers to be mapped.
 *
 * WITNESS_FIELDS lists the fields of MachineClass that this QEMU has, as calls
 * of the macros below; witness.py writes it from QEMU's own header.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */

/* QEMU's own headers are not -Wextra clean; this file is. */
#pragma GCC diagnostic push
#pragma GCC diagnostic ignored "-Wextra"
#pragma GCC diagnostic ignored "-Wmissing-field-initializers"
#pragma GCC diagnostic ignored "-Wsign-compare"
#pragma GCC diagnostic ignored "-Wunused-parameter"

#include "qemu/osdep.h"
#include "qapi/error.h"
#include "qom/object.h"
#include "qom/qom-qobject.h"
#include "hw/nvram/fw_cfg.h"

#if __has_include("hw/core/boards.h")
#include "hw/core/boards.h"
#include "hw/core/clock.h"
#include "hw/core/qdev.h"
#include "hw/core/sysbus.h"
#else
#include "hw/boards.h"
#include "hw/clock.h"
#include "hw/qdev-core.h"
#include "hw/sysbus.h"
#endif

#if __has_include("system/system.h")
#include "system/system.h"
#else
#include "sysemu/sysemu.h"
#endif

#if __has_include("qobject/qjson.h")
#include "qobject/qdict.h"
#include "qobject/qjson.h"
#include "qobject/qlist.h"
#include "qobject/qnum.h"
#include "qobject/qstring.h"
#else
#include "qapi/qmp/qdict.h"
#include "qapi/qmp/qjson.h"
#include "qapi/qmp/qlist.h"
#include "qapi/qmp/qnum.h"
#include "qapi/qmp/qstring.h"
#endif

#if __has_include("system/memory.h")
#include "system/memory.h"
typedef const void ClassData; /* const since 10.1 */
#else
#include "exec/memory.h"
typedef void ClassData;
#endif

#pragma GCC diagnostic pop

#define TYPE_WITNESS "qgen-witness"

enum {
    FIRMWARE_BYTES_SHOWN = 32,
    FIRMWARE_KEYS = 0x200, /* numbers without the bits that choose a table */
};

static void put_str(QDict *dict, const char *key, const char *text)
{
    if (text) {
        qdict_put_str(dict, key, text);
    } else {
        qdict_put_null(dict, key);
    }
}

static void put_uint(QDict *dict, const char *key, uint64_t number)
{
    qdict_put(dict, key, qnum_from_uint(number));
}

static void put_path(QDict *dict, const char *key, const void *obj)
{
    g_autofree char *path = obj ? object_get_canonical_path(obj) : NULL;

    put_str(dict, key, path);
}

static void write_line(FILE *out, QDict *record)
{
    GString *line = qobject_to_json(QOBJECT(record));

    g_string_append_c(line, '\n');
    fwrite(line->str, 1, line->len, out);
    g_string_free(line, true);
    qobject_unref(record);
}

/* The class of the machine. */

static void put_strings(QDict *dict, const char *key, const char *const *texts)
{
    QList *list = qlist_new();

    for (; texts && *texts; texts++) {
        qlist_append_str(list, *texts);
    }
    qdict_put(dict, key, list);
}

/* No class before 10.0 has a field for it. */
static G_GNUC_UNUSED void put_booleans(QDict *dict, const char *key,
                                       const bool *set, size_t count)
{
    QList *list = qlist_new();
    size_t i;

    for (i = 0; i < count; i++) {
        qlist_append_bool(list, set[i]);
    }
    qdict_put(dict, key, list);
}

static void put_str_list(QDict *dict, const char *key, const strList *item)
{
    QList *list = qlist_new();

    for (; item; item = item->next) {
        qlist_append_str(list, item->value);
    }
    qdict_put(dict, key, list);
}

static void put_interface(QDict *dict, const char *key, int interface)
{
    static const char *const names[IF_COUNT] = {
        [IF_NONE] = "none", [IF_IDE] = "ide", [IF_SCSI] = "scsi",
        [IF_FLOPPY] = "floppy", [IF_PFLASH] = "pflash", [IF_MTD] = "mtd",
        [IF_SD] = "sd", [IF_VIRTIO] = "virtio", [IF_XEN] = "xen",
    };

    put_str(dict, key, interface >= 0 ? names[interface] : "default");
}

static void put_globals(QDict *dict, const char *key, const GPtrArray *globals)
{
    QList *list = qlist_new();
    guint i;

    for (i = 0; globals && i < globals->len; i++) {
        const GlobalProperty *global = g_ptr_array_index(globals, i);
        g_autofree char *text = g_strdup_printf(
            "%s.%s=%s", global->driver, global->property, global->value);

        qlist_append_str(list, text);
    }
    qdict_put(dict, key, list);
}

static QDict *machine_class_fields(MachineClass *mc)
{
    QDict *fields = qdict_new();

#define TEXT(field) put_str(fields, #field, mc->field);
#define NUMBER(field) qdict_put_int(fields, #field, mc->field);
#define BOOLEAN(field) qdict_put_bool(fields, #field, mc->field);
#define BOOLEANS(field) \
    put_booleans(fields, #field, mc->field, ARRAY_SIZE(mc->field));
#define TEXTS(field) put_strings(fields, #field, mc->field);
#define NAMES(field) put_str_list(fields, #field, mc->field);
#define INTERFACE(field) put_interface(fields, #field, mc->field);
#define GLOBALS(field) put_globals(fields, #field, mc->field);
#define FUNCTION(field) \
    put_str(fields, #field, mc->field ? "a C function" : NULL);
    WITNESS_FIELDS
    return fields;
}

static QList *class_properties(ObjectClass *oc)
{
    QList *list = qlist_new();
    ObjectPropertyIterator iter;
    ObjectProperty *prop;

    object_class_property_iter_init(&iter, oc);
    while ((prop = object_property_iter_next(&iter))) {
        QDict *entry = qdict_new();

        qdict_put_str(entry, "name", prop->name);
        qdict_put_str(entry, "type", prop->type ?: "");
        put_str(entry, "description", prop->description);
        qdict_put_bool(entry, "readable", prop->get != NULL);
        qdict_put_bool(entry, "writable", prop->set != NULL);
        if (prop->defval) {
            qdict_put_obj(entry, "default", qobject_ref(prop->defval));
        }
        qlist_append(list, entry);
    }
    return list;
}

static QList *ancestors(ObjectClass *oc)
{
    QList *list = qlist_new();

    while ((oc = object_class_get_parent(oc))) {
        qlist_append_str(list, object_class_get_name(oc));
    }
    return list;
}

static QDict *machine_record(Object *machine)
{
    ObjectClass *oc = object_get_class(machine);
    QDict *record = qdict_new();

    qdict_put(record, "class", machine_class_fields(MACHINE_CLASS(oc)));
    qdict_put(record, "properties", class_properties(oc));
    qdict_put(record, "ancestors", ancestors(oc));
    return record;
}

/* The types that there are: a board adds some of its own. */

static void append_type(ObjectClass *oc, void *list)
{
    qlist_append_str(list, object_class_get_name(oc));
}

static QDict *types_record(void)
{
    QDict *record = qdict_new();
    QList *list = qlist_new();

    object_class_foreach(append_type, NULL, true, list);
    qdict_put(record, "types", list);
    return record;
}

/* What an object is beyond its properties. */

static void put_clock(QDict *facts, const Clock *clock)
{
    put_path(facts, "source", clock->source);
    put_uint(facts, "period", clock->period);
    put_uint(facts, "multiplier", clock->multiplier);
    put_uint(facts, "divider", clock->divider);
}

static void put_accesses(QDict *facts, const MemoryRegionOps *ops)
{
    g_autofree char *text = g_strdup_printf(
        "%s, %u-%u bytes%s, implemented %u-%u%s",
        ops->endianness == DEVICE_BIG_ENDIAN ? "big" :
        ops->endianness == DEVICE_LITTLE_ENDIAN ? "little" : "native",
        ops->valid.min_access_size, ops->valid.max_access_size,
        ops->valid.unaligned ? " unaligned" : "",
        ops->impl.min_access_size, ops->impl.max_access_size,
        ops->impl.unaligned ? " unaligned" : "");

    qdict_put_str(facts, "accesses", text);
}

static void put_region(QDict *facts, MemoryRegion *mr)
{
    put_str(facts, "name", memory_region_name(mr));
    qdict_put_str(facts, "kind",
                  memory_region_is_ram_device(mr) ? "RAM device" :
                  mr->rom_device ? "ROM device" :
                  mr->ram && mr->readonly ? "ROM" :
                  mr->ram ? "RAM" :
                  mr->alias ? "alias" :
                  mr->terminates ? "I/O" : "container");
    qdict_put_bool(facts, "enabled", mr->enabled);
    put_path(facts, "owner", mr->owner);
    if (mr->alias) {
        qdict_put_str(facts, "alias of", memory_region_name(mr->alias));
        put_path(facts, "alias", mr->alias);
        put_uint(facts, "alias offset", mr->alias_offset);
    }
    if (mr->ram) {
        qdict_put_bool(facts, "nonvolatile", mr->nonvolatile);
    } else if (mr->terminates && mr->ops) {
        put_accesses(facts, mr->ops);
    }
}

static void put_device(QDict *facts, DeviceState *dev)
{
    put_str(facts, "id", dev->id);
    if (object_dynamic_cast(OBJECT(dev), TYPE_SYS_BUS_DEVICE)) {
        SysBusDevice *sbd = SYS_BUS_DEVICE(dev);
        QList *list = qlist_new();
        int i;

        for (i = 0; i < sbd->num_mmio; i++) {
            QDict *entry = qdict_new();

            put_str(entry, "region", memory_region_name(sbd->mmio[i].memory));
            put_uint(entry, "addr", sbd->mmio[i].addr);
            qlist_append(list, entry);
        }
        qdict_put(facts, "mmio", list);
    }
}

static QDict *facts_of(Object *obj)
{
    QDict *facts = qdict_new();

    if (object_dynamic_cast(obj, TYPE_CLOCK)) {
        put_clock(facts, CLOCK(obj));
    } else if (object_dynamic_cast(obj, TYPE_MEMORY_REGION)) {
        put_region(facts, MEMORY_REGION(obj));
    } else if (object_dynamic_cast(obj, TYPE_DEVICE)) {
        put_device(facts, DEVICE(obj));
    }
    return facts;
}

/* The tree of objects. */

static QList *property_record(Object *obj, const ObjectProperty *prop)
{
    QList *entry = qlist_new();
    /* A few properties of CPUs have no type. */
    const char *type = prop->type ?: "";
    QObject *value = NULL;

    qlist_append_str(entry, prop->name);
    qlist_append_str(entry, type);
    if (prop->get && !g_str_has_prefix(type, "child<")) {
        value = object_property_get_qobject(obj, prop->name, NULL);
    }
    if (value) {
        qlist_append_obj(entry, value);
    }
    return entry;
}

static QDict *object_record(Object *obj)
{
    QDict *record = qdict_new();
    QList *properties = qlist_new();
    ObjectPropertyIterator iter;
    ObjectProperty *prop;

    put_path(record, "path", obj);
    qdict_put_str(record, "type", object_get_typename(obj));
    object_property_iter_init(&iter, obj);
    while ((prop = object_property_iter_next(&iter))) {
        qlist_append(properties, property_record(obj, prop));
    }
    qdict_put(record, "properties", properties);
    qdict_put(record, "facts", facts_of(obj));
    return record;
}

static int write_object(Object *obj, void *out)
{
    if (!object_dynamic_cast(obj, TYPE_WITNESS)) {
        write_line(out, object_record(obj));
    }
    return 0;
}

/* What fw_cfg tells the firmware, read as a guest reads it. */

static const MemoryRegion *fw_cfg_region(Object *fw_cfg, const char *name)
{
    Object *found = object_resolve_path_component(fw_cfg, name);

    /* Through ports, the same region selects and reads. */
    found = found ? found : object_resolve_path_component(fw_cfg, "fwcfg[0]");
    return found ? MEMORY_REGION(found) : NULL;
}

/* The item's bytes, which end where reading does not move on; NULL if none. */
static char *fw_cfg_text(FWCfgState *fw_cfg, const MemoryRegion *selector,
                         const MemoryRegion *data, uint16_t key)
{
    g_autoptr(GByteArray) bytes = g_byte_array_new();
    g_autofree char *digest = NULL;
    uint32_t offset;

    selector->ops->write(selector->opaque, 0, key, 2);
    do {
        uint8_t byte;

        offset = fw_cfg->cur_offset;
        byte = data->ops->read(data->opaque, 0, 1);
        if (fw_cfg->cur_offset != offset) {
            g_byte_array_append(bytes, &byte, 1);
        }
    } while (fw_cfg->cur_offset != offset);
    if (bytes->len == 0) {
        return NULL;
    }
    if (bytes->len <= FIRMWARE_BYTES_SHOWN) {
        GString *text = g_string_new(NULL);
        guint i;

        for (i = 0; i < bytes->len; i++) {
            g_string_append_printf(text, "%02x", bytes->data[i]);
        }
        return g_string_free(text, false);
    }
    digest = g_compute_checksum_for_data(G_CHECKSUM_SHA256, bytes->data,
                                         bytes->len);
    return g_strdup_printf("%u bytes, SHA-256 %s", bytes->len, digest);
}

static const char *fw_cfg_file_name(FWCfgState *fw_cfg, uint16_t key)
{
    uint32_t i, count = fw_cfg->files ? be32_to_cpu(fw_cfg->files->count) : 0;

    for (i = 0; i < count; i++) {
        if (be16_to_cpu(fw_cfg->files->f[i].select) == key) {
            return fw_cfg->files->f[i].name;
        }
    }
    return NULL;
}

static QDict *firmware_record(void)
{
    QDict *record = qdict_new(), *items = qdict_new();
    Object *obj = object_resolve_path_type("", TYPE_FW_CFG, NULL);
    const MemoryRegion *selector, *data;
    uint32_t number;

    qdict_put(record, "firmware", items);
    selector = obj ? fw_cfg_region(obj, "fwcfg.ctl[0]") : NULL;
    data = obj ? fw_cfg_region(obj, "fwcfg.data[0]") : NULL;
    if (!selector || !data) {
        return record;
    }
    for (number = 0; number < 2 * FIRMWARE_KEYS; number++) {
        uint16_t key = number < FIRMWARE_KEYS ? number :
                       FW_CFG_ARCH_LOCAL | (number - FIRMWARE_KEYS);
        g_autofree char *text = fw_cfg_text(FW_CFG(obj), selector, data, key);
        g_autofree char *name = g_strdup_printf("key 0x%04x", key);

        if (text) {
            const char *file = fw_cfg_file_name(FW_CFG(obj), key);

            qdict_put_str(items, file ? file : name, text);
        }
    }
    return record;
}

static void witness_record(Object *obj G_GNUC_UNUSED, const char *file,
                           Error **errp)
{
    FILE *out = fopen(file, "w");

    if (!out) {
        error_setg_errno(errp, errno, "cannot write %s", file);
        return;
    }
    write_line(out, types_record());
    write_line(out, machine_record(OBJECT(current_machine)));
    object_child_foreach_recursive(object_get_root(), write_object, out);
    /* Last: an item may be made when it is selected. */
    write_line(out, firmware_record());
    if (fclose(out) != 0) {
        error_setg_errno(errp, errno, "cannot write %s", file);
    }
}

static void witness_class_init(ObjectClass *oc, ClassData *data G_GNUC_UNUSED)
{
    object_class_property_add_str(oc, "record", NULL, witness_record);
}

static const TypeInfo witness_info = {
    .name = TYPE_WITNESS,
    .parent = TYPE_OBJECT,
    .class_init = witness_class_init,
};

static void appear(Notifier *notifier G_GNUC_UNUSED, void *data G_GNUC_UNUSED)
{
    object_property_add_child(object_get_root(), TYPE_WITNESS,
                              object_new(TYPE_WITNESS));
}

static Notifier machine_made = { .notify = appear };

static void witness_register(void)
{
    type_register_static(&witness_info);
    qemu_add_machine_init_done_notifier(&machine_made);
}

type_init(witness_register)

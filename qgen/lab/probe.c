/*
 * Measures device types from inside a running QEMU.
 *
 * Preloaded into a qemu-system-* binary linked with -rdynamic, this object
 * registers a machine named "qgen-probe".  Its init function answers the
 * requests of one file with JSON records in another, and exits:
 *
 *   QGEN_PROBE_ASK   one request a line, fields separated by tabs
 *   QGEN_PROBE_OUT   one JSON object a line
 *
 * Requests:
 *
 *   classes                         every device class and its class facts
 *   buses                           every class of buses
 *   models                          the CPU models of this binary
 *   make ID TYPE FLAGS [GIVEN...]   one instance of TYPE in a forked child;
 *                                   what is given is set before realize
 *
 * Flags of "make" are letters: p records the properties, r realizes; "-" is
 * none.  What can be given to the device:
 *
 *   NAME=VALUE   a property, from text
 *   NAME=@TYPE   a link to a new, unrealized object of TYPE
 *   NAME=@TYPE!  a link to a new, realized object of TYPE
 *   +NAME=PATH   a constant link to the object at PATH
 *   %NAME=HZ     a source for the input clock NAME
 *   !NAME=TYPE   a realized CPU of TYPE at /machine/NAME, made before the device
 *   $NAME=VALUE  what a SoC asks its machine for: "cpus" or "cpu-type"
 *
 * There are empty memory regions, /machine/qgen-memory[0] of 1 GiB and
 * /machine/qgen-other-memory[0] of 16 MiB.  Tabs and line ends cannot be part
 * of a value.
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
#include <sys/resource.h>
#include <sys/wait.h>
#include "qapi/error.h"
#include "qom/object.h"
#include "hw/core/cpu.h"
#include "qapi/util.h"

/* What all devices share moved to hw/core in 11.0. */
#if __has_include("hw/core/boards.h")
#include "hw/core/boards.h"
#include "hw/core/clock.h"
#include "hw/core/qdev-clock.h"
#include "hw/core/qdev-properties.h"
#include "hw/core/qdev.h"
#include "hw/core/sysbus.h"
#else
#include "hw/boards.h"
#include "hw/clock.h"
#include "hw/qdev-clock.h"
#include "hw/qdev-core.h"
#include "hw/qdev-properties.h"
#include "hw/sysbus.h"
#endif

#if __has_include("system/address-spaces.h")
#include "system/address-spaces.h"
#else
#include "exec/address-spaces.h"
#endif

#if __has_include("qobject/qjson.h")
#include "qobject/qdict.h"
#include "qobject/qjson.h"
#include "qobject/qlist.h"
#include "qobject/qnum.h"
#else
#include "qapi/qmp/qdict.h"
#include "qapi/qmp/qjson.h"
#include "qapi/qmp/qlist.h"
#include "qapi/qmp/qnum.h"
#endif

/* query-cpu-definitions moved out of the per-target schema in 10.1. */
#if __has_include("qapi/qapi-commands-machine-target.h")
#include "qapi/qapi-commands-machine-target.h"
#else
#include "qapi/qapi-commands-machine.h"
#endif

/* Machines of the Arm binaries carry marker interfaces since 10.2. */
#if __has_include("hw/arm/machines-qom.h")
#include "hw/arm/machines-qom.h"
#define PROBE_INTERFACES                                                  \
    .interfaces = (const InterfaceInfo[]) {                               \
        { TYPE_TARGET_ARM_MACHINE }, { TYPE_TARGET_AARCH64_MACHINE }, { } \
    },
#else
#define PROBE_INTERFACES
#endif

#pragma GCC diagnostic pop

/* class_init takes a pointer to const since 10.1. */
#if __has_include("system/memory.h")
typedef const void ClassData;
#else
typedef void ClassData;
#endif

#ifndef RETRY_ON_EINTR /* before 8.0 */
#define RETRY_ON_EINTR TEMP_FAILURE_RETRY
#endif

#define PROBE_MEMORY_BYTES (1ULL * 1024 * 1024 * 1024)
#define PROBE_OTHER_MEMORY_BYTES (16ULL * 1024 * 1024)
#define PROBE_APART (1ULL << 44)
#define CHILD_BYTES (4ULL * 1024 * 1024 * 1024)

enum {
    CHILD_SECONDS = 5,
    PROBE_BENEATH = -20000,
    PROBE_CLOCK_HZ = 100000000,
};

#define TYPE_PROBE_HOST "qgen-probe-host"

#include "probe_facts.h"

/* Only some binaries have an ISA bus, or PCI. */
extern bool msi_nonbroken __attribute__((weak));
typedef struct ISABus ISABus;
ISABus *isa_bus_new(DeviceState *dev, MemoryRegion *address_space,
                    MemoryRegion *address_space_io, Error **errp)
                    __attribute__((weak));
void isa_bus_register_input_irqs(ISABus *bus, qemu_irq *irqs_in)
                    __attribute__((weak));

static int out_fd = -1;

/* One write per record: a child may die between any two of them. */
static void write_record(QDict *record)
{
    GString *line = qobject_to_json(QOBJECT(record));

    g_string_append_c(line, '\n');
    if (qemu_write_full(out_fd, line->str, line->len) < (ssize_t)line->len) {
        _exit(3);
    }
    g_string_free(line, true);
    qobject_unref(record);
}

static void write_instance(const char *id, DeviceState *dev, bool realized,
                           bool with_properties)
{
    QDict *record = collect_shape(dev);

    qdict_put_str(record, "id", id);
    qdict_put_str(record, "stage", realized ? "realized" : "init");
    if (with_properties) {
        ObjectPropertyIterator iter;

        object_property_iter_init(&iter, OBJECT(dev));
        qdict_put(record, "properties", collect_properties(&iter));
    }
    write_record(record);
}

/* What "info mtree -f" prints, which has to pass through standard output. */
static void write_map(const char *id, const char *stage)
{
    g_autofree char *text = NULL;
    FILE *file = tmpfile();
    QDict *record = qdict_new();
    int was = dup(STDOUT_FILENO);
    long size;

    fflush(stdout);
    if (!file || was < 0 || dup2(fileno(file), STDOUT_FILENO) < 0) {
        _exit(4);
    }
    mtree_info(true, false, false, false);
    fflush(stdout);
    dup2(was, STDOUT_FILENO);
    close(was);
    fseek(file, 0, SEEK_END);
    size = ftell(file);
    text = g_malloc0(size + 1);
    rewind(file);
    if (fread(text, 1, size, file) != (size_t)size) {
        _exit(4);
    }
    fclose(file);
    qdict_put_str(record, "id", id);
    qdict_put_str(record, "stage", stage);
    qdict_put_str(record, "map", text);
    write_record(record);
}

/* Maps all regions of a device, far apart, for a view to show what is in them. */
static void map_regions(DeviceState *dev)
{
    SysBusDevice *sbd;
    int i;

    if (!object_dynamic_cast(OBJECT(dev), TYPE_SYS_BUS_DEVICE)) {
        return;
    }
    sbd = SYS_BUS_DEVICE(dev);
    for (i = 0; i < sbd->num_mmio; i++) {
        MemoryRegion *mr = sbd->mmio[i].memory;

        if (mr && !mr->container && memory_region_size(mr) > PROBE_APART) {
            MemoryRegion *alias = g_new0(MemoryRegion, 1);

            memory_region_init_alias(alias, OBJECT(dev), "qgen-part", mr, 0,
                                     PROBE_APART);
            mr = alias;
        }
        if (mr && !mr->container) {
            memory_region_add_subregion(get_system_memory(),
                                        (i + 1) * PROBE_APART, mr);
        }
    }
}

static uint64_t read_mark(void *opaque G_GNUC_UNUSED,
                          hwaddr at G_GNUC_UNUSED, unsigned size G_GNUC_UNUSED)
{
    return 0;
}

static void write_mark(void *opaque G_GNUC_UNUSED, hwaddr at G_GNUC_UNUSED,
                       uint64_t value G_GNUC_UNUSED,
                       unsigned size G_GNUC_UNUSED)
{
}

/*
 * What shows where the memory that a device is given shows.  The machine's RAM
 * hides nothing then.
 */
static void mark_memory(void)
{
    MemoryRegion *ram = MACHINE(qdev_get_machine())->ram;
    static const MemoryRegionOps ops = {
        .read = read_mark,
        .write = write_mark,
    };
    Object *memory = object_resolve_path("/machine/qgen-memory[0]", NULL);
    MemoryRegion *mark = g_new0(MemoryRegion, 1);

    memory_region_init_io(mark, qdev_get_machine(), &ops, NULL, "qgen-mark",
                          PROBE_MEMORY_BYTES);
    memory_region_add_subregion(MEMORY_REGION(memory), 0, mark);
    memory_region_del_subregion(get_system_memory(), ram);
    memory_region_add_subregion_overlap(get_system_memory(), 0, ram,
                                        PROBE_BENEATH);
}

static void write_failure(const char *id, const char *stage, const char *text)
{
    QDict *record = qdict_new();

    qdict_put_str(record, "id", id);
    qdict_put_str(record, "stage", stage);
    qdict_put_str(record, "error", text);
    write_record(record);
}

static BusState *make_pci_bus(void)
{
    static const char *const hosts[] = {
        "gpex-pcihost", "uni-north-pci-pcihost",
    };
    size_t i;

    for (i = 0; i < ARRAY_SIZE(hosts); i++) {
        DeviceState *host = qdev_try_new(hosts[i]);

        if (host) {
            if (&msi_nonbroken) {
                msi_nonbroken = true;
            }
            sysbus_realize(SYS_BUS_DEVICE(host), &error_fatal);
            return QLIST_FIRST(&host->child_bus);
        }
    }
    return NULL;
}

/* A bus for devices that are not on the system bus; NULL if none will do. */
static BusState *make_bus(const char *bus_type)
{
    ObjectClass *klass = object_class_by_name(bus_type);
    DeviceState *host;

    if (g_str_equal(bus_type, TYPE_SYSTEM_BUS)) {
        return sysbus_get_default();
    }
    if (g_str_equal(bus_type, "PCI")) {
        return make_pci_bus();
    }
    if (g_str_equal(bus_type, "ISA")) {
        ISABus *bus;

        if (!isa_bus_new || !isa_bus_register_input_irqs) {
            return NULL;
        }
        bus = isa_bus_new(NULL, get_system_memory(), get_system_io(),
                          &error_fatal);
        isa_bus_register_input_irqs(bus, g_new0(qemu_irq, 16));
        return (BusState *)bus;
    }
    if (!klass || object_class_is_abstract(klass)) {
        return NULL;
    }
    host = qdev_new(TYPE_PROBE_HOST);
    sysbus_realize(SYS_BUS_DEVICE(host), &error_fatal);
    return qbus_new(bus_type, host, "qgen-probe-bus");
}

static bool realize(DeviceState *dev, Error **errp)
{
    const char *bus_type = DEVICE_GET_CLASS(dev)->bus_type;
    BusState *bus = NULL;

    if (bus_type) {
        bus = make_bus(bus_type);
        if (!bus) {
            error_setg(errp, "no bus of type %s to plug into", bus_type);
            return false;
        }
    }
    return qdev_realize(dev, bus, errp);
}

/* For devices that look for the first CPU, or link to one. */
static bool supply_cpu(const char *name, const char *type, Error **errp)
{
    ObjectClass *klass = object_class_by_name(type);
    Object *cpu;

    if (!klass || object_class_is_abstract(klass)) {
        error_setg(errp, "no concrete type %s", type);
        return false;
    }
    cpu = object_new(type);
    object_property_add_child(qdev_get_machine(), name, cpu);
    if (object_property_find(cpu, "apic-id") &&
        !object_property_set_uint(cpu, "apic-id", 0, errp)) {
        return false;
    }
    return qdev_realize(DEVICE(cpu), NULL, errp);
}

static bool set_machine(const char *name, const char *value, Error **errp)
{
    MachineState *machine = MACHINE(qdev_get_machine());

    if (g_str_equal(name, "cpus")) {
        machine->smp.cpus = g_ascii_strtoull(value, NULL, 0);
    } else if (g_str_equal(name, "cpu-type")) {
        machine->cpu_type = g_strdup(value);
    } else {
        error_setg(errp, "nothing of a machine: %s", name);
        return false;
    }
    return true;
}

static void supply_clock(NamedClockList *ncl, uint64_t hz)
{
    g_autofree char *name = g_strdup_printf("qgen-%s", ncl->name);
    Clock *source = clock_new(qdev_get_machine(), name);

    clock_set_hz(source, hz);
    clock_set_source(ncl->clock, source);
}

/* Gives input clocks a source: the one called @name, or all if it is NULL. */
static void supply_clocks(DeviceState *dev, const char *name, uint64_t hz)
{
    NamedClockList *ncl;

    QLIST_FOREACH(ncl, &dev->clocks, node) {
        if (!ncl->output && !clock_has_source(ncl->clock) &&
            (!name || g_strcmp0(name, ncl->name) == 0)) {
            supply_clock(ncl, hz);
        }
    }
}

/* The canonical path of a new object of the type that @spec names. */
static char *supply_object(const char *spec, const char *name, Error **errp)
{
    size_t length = strlen(spec);
    bool realized = g_str_has_suffix(spec, "!");
    g_autofree char *type = g_strndup(spec, length - realized);
    g_autofree char *child = g_strdup_printf("qgen-%s", name);
    ObjectClass *klass = object_class_by_name(type);
    Object *obj;

    if (!klass || object_class_is_abstract(klass)) {
        error_setg(errp, "no concrete type %s", type);
        return NULL;
    }
    obj = object_new(type);
    object_property_add_child(qdev_get_machine(), child, obj);
    if (object_dynamic_cast(obj, TYPE_DEVICE)) {
        supply_clocks(DEVICE(obj), NULL, PROBE_CLOCK_HZ);
        if (realized && !realize(DEVICE(obj), errp)) {
            return NULL;
        }
    }
    return object_get_canonical_path(obj);
}

static bool add_const_link(Object *obj, const char *name, const char *path,
                           Error **errp)
{
    Object *target = object_resolve_path(path, NULL);

    if (!target) {
        error_setg(errp, "no object %s", path);
        return false;
    }
    object_property_add_const_link(obj, name, target);
    return true;
}

static bool set_link(Object *obj, const char *name, const char *spec,
                     Error **errp)
{
    g_autofree char *path = supply_object(spec, name, errp);

    return path && object_property_parse(obj, name, path, errp);
}

/* One of what a request gives, before the device is made or after. */
static bool give(Object *obj, const char *given, Error **errp)
{
    g_auto(GStrv) pair = g_strsplit(given, "=", 2);
    bool before = !obj;

    if (!pair[0] || !pair[1]) {
        error_setg(errp, "not an assignment: %s", given);
        return false;
    }
    if (given[0] == '!') {
        return !before || supply_cpu(pair[0] + 1, pair[1], errp);
    }
    if (given[0] == '$') {
        return !before || set_machine(pair[0] + 1, pair[1], errp);
    }
    if (before) {
        return true;
    }
    if (given[0] == '+') {
        return add_const_link(obj, pair[0] + 1, pair[1], errp);
    }
    if (given[0] == '%') {
        supply_clocks(DEVICE(obj), pair[0] + 1,
                      g_ascii_strtoull(pair[1], NULL, 0));
        return true;
    }
    if (pair[1][0] == '@') {
        return set_link(obj, pair[0], pair[1] + 1, errp);
    }
    return object_property_parse(obj, pair[0], pair[1], errp);
}

static bool give_all(Object *obj, char **given, Error **errp)
{
    for (; *given; given++) {
        if (!give(obj, *given, errp)) {
            return false;
        }
    }
    return true;
}

/* Whatever a device does with odd values, it ends soon and without a trace. */
static void limit_child(void)
{
    struct rlimit no_core = { 0, 0 };
    struct rlimit memory = { CHILD_BYTES, CHILD_BYTES };
    sigset_t alarms;

    setrlimit(RLIMIT_CORE, &no_core);
    setrlimit(RLIMIT_AS, &memory);
    signal(SIGALRM, SIG_DFL);
    /* QEMU blocks the signal, to read it from a descriptor. */
    sigemptyset(&alarms);
    sigaddset(&alarms, SIGALRM);
    pthread_sigmask(SIG_UNBLOCK, &alarms, NULL);
    alarm(CHILD_SECONDS);
}

/* What a device brings into the address spaces: all but the bus it sits on. */
static void make_maps(const char *id, DeviceState *dev, bool resets)
{
    const char *bus_type = DEVICE_GET_CLASS(dev)->bus_type;
    BusState *bus = bus_type ? make_bus(bus_type) : NULL;

    write_map(id, "before");
    if (qdev_realize(dev, bus, NULL)) {
        if (resets) {
            device_cold_reset(dev);
        }
        map_regions(dev);
        write_map(id, "after");
    }
}

/* Fields: id, type, flags, what is given.  Runs in a child. */
static G_NORETURN void make_instance(char **fields)
{
    const char *id = fields[0];
    bool with_properties = strchr(fields[2], 'p') != NULL;
    bool with_maps = strchr(fields[2], 'm') != NULL;
    Error *err = NULL;
    DeviceState *dev;

    limit_child();
    if (with_maps) {
        mark_memory();
    }
    if (!give_all(NULL, fields + 3, &err)) {
        write_failure(id, "unset", error_get_pretty(err));
        _exit(0);
    }
    dev = DEVICE(object_new(fields[1]));
    write_instance(id, dev, false, with_properties);
    if (!give_all(OBJECT(dev), fields + 3, &err)) {
        write_failure(id, "unset", error_get_pretty(err));
        _exit(0);
    }
    if (strchr(fields[2], 'r')) {
        if (with_maps) {
            make_maps(id, dev, strchr(fields[2], 'c') != NULL);
        } else if (realize(dev, &err)) {
            write_instance(id, dev, true, with_properties);
        } else {
            write_failure(id, "unrealized", error_get_pretty(err));
        }
    }
    _exit(0);
}

static void fork_instance(char **fields)
{
    int status = 0;
    pid_t pid;

    if (g_strv_length(fields) < 3) {
        error_setg(&error_fatal, "qgen-probe: make: too few fields");
    }
    fflush(NULL);
    pid = fork();
    if (pid == 0) {
        make_instance(fields);
    }
    if (pid < 0 || RETRY_ON_EINTR(waitpid(pid, &status, 0)) < 0) {
        error_setg(&error_fatal, "qgen-probe: cannot fork or wait");
    }
    if (!WIFEXITED(status) || WEXITSTATUS(status) != 0) {
        g_autofree char *text = WIFSIGNALED(status)
            ? g_strdup_printf("signal %d", WTERMSIG(status))
            : g_strdup_printf("exit status %d", WEXITSTATUS(status));

        write_failure(fields[0], "died", text);
    }
}

static void write_classes(void)
{
    g_autoptr(GSList) list = object_class_get_list(TYPE_DEVICE, true);
    GSList *item;

    for (item = list; item; item = item->next) {
        ObjectClass *klass = item->data;
        ObjectClass *parent = object_class_get_parent(klass);
        DeviceClass *dc = DEVICE_CLASS(klass);
        ObjectPropertyIterator iter;
        QDict *record;

        if (g_str_equal(object_class_get_name(klass), TYPE_PROBE_HOST)) {
            continue;
        }
        record = qdict_new();
        object_class_property_iter_init(&iter, klass);
        qdict_put_str(record, "class", object_class_get_name(klass));
        put_str_or_null(record, "parent",
                        parent ? object_class_get_name(parent) : NULL);
        qdict_put_bool(record, "abstract", object_class_is_abstract(klass));
        put_str_or_null(record, "bus", dc->bus_type);
        put_str_or_null(record, "description", dc->desc);
        qdict_put_bool(record, "user_creatable", dc->user_creatable);
        qdict_put_int(record, "size", instance_size(klass));
        qdict_put(record, "properties", collect_properties(&iter));
        qdict_put(record, "categories", collect_categories(dc));
        write_record(record);
    }
}

static void write_buses(void)
{
    g_autoptr(GSList) list = object_class_get_list(TYPE_BUS, true);
    GSList *item;

    for (item = list; item; item = item->next) {
        ObjectClass *klass = item->data;
        ObjectClass *parent = object_class_get_parent(klass);
        QDict *record = qdict_new();

        qdict_put_str(record, "bus", object_class_get_name(klass));
        qdict_put_str(record, "parent", object_class_get_name(parent));
        qdict_put_bool(record, "abstract", object_class_is_abstract(klass));
        qdict_put_int(record, "max_dev", BUS_CLASS(klass)->max_dev);
        write_record(record);
    }
}

#if defined(TARGET_RISCV) && (QEMU_VERSION_MAJOR < 8 || \
                              (QEMU_VERSION_MAJOR == 8 && QEMU_VERSION_MINOR < 1))
/* No command lists RISC-V's models before 8.1: a type's name begins with its. */
static void write_models(void)
{
    const char *suffix = "-riscv-cpu";
    g_autoptr(GSList) list = object_class_get_list(suffix + 1, false);
    GSList *item;

    for (item = list; item; item = item->next) {
        const char *name = object_class_get_name(item->data);
        g_autofree char *model =
            g_strndup(name, strlen(name) - strlen(suffix));
        QDict *record = qdict_new();

        qdict_put_str(record, "model", model);
        qdict_put_str(record, "type", name);
        write_record(record);
    }
}
#else
static void write_models(void)
{
    CpuDefinitionInfoList *item = qmp_query_cpu_definitions(&error_fatal);

    for (; item; item = item->next) {
        QDict *record = qdict_new();

        qdict_put_str(record, "model", item->value->name);
        /* PPC leaves it out, except for aliases. */
        put_str_or_null(record, "type", item->value->q_typename);
        write_record(record);
    }
}
#endif

static const char *environment(const char *name)
{
    const char *value = getenv(name);

    if (!value) {
        error_setg(&error_fatal, "qgen-probe: %s is not set", name);
    }
    return value;
}

static void qgen_probe_init(MachineState *machine)
{
    MemoryRegion *spare = g_new0(MemoryRegion, 2);
    g_autofree char *requests = NULL;
    g_auto(GStrv) lines = NULL;
    char **line;

    learn_private();
    memory_region_add_subregion(get_system_memory(), 0, machine->ram);
    memory_region_init(&spare[0], OBJECT(machine), "qgen-memory",
                       PROBE_MEMORY_BYTES);
    memory_region_init(&spare[1], OBJECT(machine), "qgen-other-memory",
                       PROBE_OTHER_MEMORY_BYTES);
    if (!g_file_get_contents(environment("QGEN_PROBE_ASK"), &requests, NULL,
                             NULL)) {
        error_setg(&error_fatal, "qgen-probe: cannot read the requests");
    }
    out_fd = open(environment("QGEN_PROBE_OUT"),
                  O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0644);
    if (out_fd < 0) {
        error_setg(&error_fatal, "qgen-probe: cannot write the records");
    }
    lines = g_strsplit(requests, "\n", -1);
    for (line = lines; *line; line++) {
        g_auto(GStrv) fields = g_strsplit(*line, "\t", -1);

        if (g_strcmp0(fields[0], "classes") == 0) {
            write_classes();
        } else if (g_strcmp0(fields[0], "buses") == 0) {
            write_buses();
        } else if (g_strcmp0(fields[0], "models") == 0) {
            write_models();
        } else if (g_strcmp0(fields[0], "make") == 0) {
            fork_instance(fields + 1);
        }
    }
    exit(0);
}

static void qgen_probe_class_init(ObjectClass *oc,
                                  ClassData *data G_GNUC_UNUSED)
{
    MachineClass *mc = MACHINE_CLASS(oc);

    mc->desc = "qgen's device probe";
    mc->init = qgen_probe_init;
    mc->max_cpus = 64;
    mc->default_ram_size = 128 * 1024 * 1024;
    mc->default_ram_id = "ram";
}

/* A parent for buses whose real controllers need more than a default. */
static const TypeInfo probe_host_info = {
    .name = TYPE_PROBE_HOST,
    .parent = TYPE_SYS_BUS_DEVICE,
    .instance_size = sizeof(ProbeHost),
    .class_init = probe_host_class_init,
};

static const TypeInfo qgen_probe_info = {
    .name = MACHINE_TYPE_NAME("qgen-probe"),
    .parent = TYPE_MACHINE,
    .class_init = qgen_probe_class_init,
    PROBE_INTERFACES
};

static void qgen_probe_register(void)
{
    type_register_static(&probe_host_info);
    type_register_static(&qgen_probe_info);
}

type_init(qgen_probe_register)

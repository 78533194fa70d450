"""Compiles `witness.c`, which writes down what a running machine is.

Which fields `MachineClass` has differs between releases; QEMU's own header says which
ones this QEMU has, so no release needs a table of its own.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path

from qgen.lab.board import Loadable, compile_board
from qgen.lab.errors import LabError
from qgen.lab.sdk import Sdk

SOURCE = Path(__file__).with_name("witness.c")
HEADERS = (
    Path("include", "hw", "core", "boards.h"),
    Path("include", "hw", "boards.h"),
)

# The macros of witness.c, and the fields of MachineClass that each writes down.
FIELDS = {
    "TEXT": (
        *("alias", "default_boot_order", "default_cpu_type", "default_display"),
        *("default_machine_opts", "default_nic", "default_ram_id"),
        *("deprecation_reason", "desc", "family", "hw_version"),
    ),
    "NUMBER": (
        *("default_cpus", "default_ram_size", "max_cpus", "min_cpus"),
        *("minimum_page_bits", "numa_mem_align_shift"),
        *("smbios_memory_device_size", "units_per_default_bus"),
    ),
    "BOOLEAN": (
        *("auto_create_sdcard", "auto_enable_numa", "auto_enable_numa_with_memdev"),
        *("auto_enable_numa_with_memhp", "cpu_cluster_has_numa_boundary"),
        *("default_kernel_irqchip_split", "has_hotpluggable_cpus"),
        *("ignore_boot_device_suffixes", "ignore_memory_transaction_failures"),
        *("is_default", "legacy_fw_cfg_order", "new_accel_vmfd_on_reset"),
        *("no_cdrom", "no_floppy"),
        *(
            "no_parallel",
            "no_sdcard",
            "no_serial",
            "numa_mem_supported",
            "nvdimm_supported",
        ),
        *("option_rom_has_mr", "pci_allow_0_address", "rom_file_has_mr"),
        *("smbus_no_migration_support", "smp_props.books_supported"),
        *("smp_props.clusters_supported", "smp_props.dies_supported"),
        *("smp_props.drawers_supported", "smp_props.has_caches"),
        *("smp_props.has_clusters", "smp_props.modules_supported"),
        "smp_props.prefer_sockets",
    ),
    "INTERFACE": ("block_default_type",),
    "BOOLEANS": ("smp_props.cache_supported",),
    "TEXTS": ("valid_cpu_types",),
    "NAMES": ("allowed_dynamic_sysbus_devices",),
    "GLOBALS": ("compat_props",),
    # Of a function, only whether there is one: two boards do not share their C.
    "FUNCTION": (
        *("cpu_index_to_instance_props", "create_default_memdev", "fixup_ram_size"),
        *("get_default_cpu_node_id", "get_default_cpu_type", "get_hotplug_handler"),
        *("get_physical_address_range", "get_valid_cpu_types", "hotplug_allowed"),
        "hvf_get_physical_address_range",
        *("kvm_type", "possible_cpu_arch_ids", "reset", "wakeup"),
    ),
}
NOT_COMPARED = {
    "parent_class": "its name and ancestors are",
    "name": "two machines of one name cannot be",
    "init": "every machine has one",
    "smp_props": "its fields are",
}

_STRUCTS = (
    r"struct MachineClass \{(.*?)\n\};",
    r"typedef struct \{([^}]*)\} SMPCompatProps;",
)
_FIELD = re.compile(r"(?:\(\*)?\b(\w+)\b(?:\)\s*\([^;]*\)|\[\w+\]|:\d+)?\s*[;,]")


def compile_witness(sdk: Sdk, target: str, hw_dir: str, machine: str) -> Loadable:
    """QEMU's own ``machine``, with the witness loaded; `LabError` if it does not compile."""
    known = set(declared(sdk))
    calls = " ".join(
        f"{macro}({field})"
        for macro, fields in FIELDS.items()
        for field in fields
        if field in known
    )
    text = f"#define WITNESS_FIELDS {calls}\n#line 1\n{_text()}"
    return compile_board(text, sdk, target, hw_dir, machine)


def declared(sdk: Sdk) -> Iterator[str]:
    """The fields that `MachineClass` has in this QEMU."""
    paths = [sdk.source / header for header in HEADERS]
    path = next((each for each in paths if each.is_file()), paths[-1])
    try:
        text = re.sub(r"/\*.*?\*/", "", path.read_text(), flags=re.DOTALL)
    except OSError as error:
        raise LabError(f"{path} cannot be read: {error.strerror}") from error
    for pattern, prefix in zip(_STRUCTS, ("", "smp_props."), strict=True):
        body = re.search(pattern, text, re.DOTALL)
        if body is None:
            raise LabError(f"{path} declares no MachineClass that qgen can read")
        for name in _FIELD.findall(body[1]):
            yield prefix + name


def _text() -> str:
    return SOURCE.read_text(encoding="utf-8")

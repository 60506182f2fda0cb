"""The plugins that make up the suite, in the order in which they depend on each other; nothing else."""

pytest_plugins = [
    "fixtures.options",
    "fixtures.session",
    "fixtures.gpus",
    "fixtures.tools",
    "fixtures.judging",
    "fixtures.links",
    "fixtures.storage",
    "fixtures.bom_items",
    "fixtures.labelling",
    "fixtures.closing",
    "reports.plugin",
]

{
  "targets": [
    {
      "target_name": "tree_sitter_driverkit",
      "include_dirs": ["src"],
      "sources": ["binding.cc", "src/parser.c", "src/scanner.c"],
      "cflags!": ["-O3"],
      "cflags_c": ["-std=c11", "-O1"],
    },
  ],
}

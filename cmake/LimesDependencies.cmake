# What each floor may link to. Names of Debian packages stand in scripts/packages.txt.
find_package(Eigen3 3.4 REQUIRED NO_MODULE)
find_package(Boost 1.74 REQUIRED)
find_package(TBB REQUIRED)
find_package(fmt REQUIRED)
find_package(nlohmann_json REQUIRED)
find_package(Threads REQUIRED)

find_package(PkgConfig REQUIRED)
pkg_check_modules(hwy REQUIRED IMPORTED_TARGET libhwy)
pkg_check_modules(tomlplusplus REQUIRED IMPORTED_TARGET tomlplusplus)
pkg_check_modules(muparser REQUIRED IMPORTED_TARGET muparser)
pkg_check_modules(lapacke REQUIRED IMPORTED_TARGET lapacke)
find_package(CLI11 REQUIRED)

enable_language(C)
find_package(HDF5 REQUIRED COMPONENTS C)
find_package(ZLIB REQUIRED)

# Header-only libraries that ship no CMake package: a missing header is reported here, not in a compile error.
find_path(RANDOM123_INCLUDE_DIR Random123/philox.h REQUIRED)

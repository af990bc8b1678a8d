# One static library per floor of the house (docs/architecture.md). A floor links only to the floors below it, so an
# include that points upwards does not link, and tests/architecture names the line.
add_library(limes_options INTERFACE)
target_compile_options(limes_options INTERFACE -Wall -Wextra -Wpedantic -Wshadow -Wconversion -Wno-sign-conversion)
# Contraction of a*b+c differs between compilers and targets; kernels that want it ask for it explicitly.
target_compile_options(limes_options INTERFACE -ffp-contract=off)
# Nobody reads errno after a mathematical function, and loops over square roots vectorise without it; no bit changes.
target_compile_options(limes_options INTERFACE -fno-math-errno)
if(LIMES_WARNINGS_AS_ERRORS)
  target_compile_options(limes_options INTERFACE -Werror)
endif()
if(LIMES_SANITIZE)
  target_compile_options(limes_options INTERFACE -fsanitize=address,undefined -fno-sanitize-recover=all -fno-omit-frame-pointer)
  target_link_options(limes_options INTERFACE -fsanitize=address,undefined)
endif()

# limes_precompile(TARGET SOURCES HEADERS...): headers that most sources read are parsed once for a target of many sources;
# seven tenths of the time to compile went there. Every source still includes what it uses: scripts/lint reads it without.
function(limes_precompile target sources)
  list(LENGTH sources count)
  if(NOT LIMES_PRECOMPILED_HEADERS OR count LESS 5)
    return()
  endif()
  target_precompile_headers(${target} PRIVATE <algorithm> <array> <cmath> <complex> <cstddef> <cstdint> <functional> <limits>
    <map> <memory> <numbers> <optional> <span> <stdexcept> <string> <utility> <vector> ${ARGN})
  # ccache asks for it.
  target_compile_options(${target} PRIVATE $<$<CXX_COMPILER_ID:GNU>:-fpch-preprocess>)
  # g++ 12 forgets which headers of these are the system's, and warns falsely inside std::string (GCC bug 105651).
  if("<nlohmann/json.hpp>" IN_LIST ARGN OR "<gtest/gtest.h>" IN_LIST ARGN)
    target_compile_options(${target} PRIVATE
      $<$<CXX_COMPILER_ID:GNU>:-Wno-array-bounds -Wno-stringop-overflow -Wno-stringop-overread -Wno-restrict -Wno-maybe-uninitialized>)
  endif()
endfunction()

# Sources that are mostly instantiations of Eigen's and Spectra's eigensolvers take minutes and gigabytes to compile under the
# sanitizers, and hold little of our own: they are compiled plainly. Eigen allocates in another way under the sanitizers; the
# definition keeps both sides of the border to one way.
function(limes_spare_from_sanitizers)
  foreach(source IN LISTS ARGN)
    if(source MATCHES "(coupling/spectrum|coupling/matrix_test)\\.cpp$")
      set_source_files_properties(${source} PROPERTIES COMPILE_OPTIONS "-fno-sanitize=all;-DEIGEN_MALLOC_ALREADY_ALIGNED=0"
        SKIP_PRECOMPILE_HEADERS ON)
    endif()
  endforeach()
endfunction()

# limes_floor(NAME [FLOORS lower...] [LIBRARIES public...] [PRIVATE_LIBRARIES ...] [FOLDER path] [WITHOUT folders...])
# FOLDER: where its sources lie, NAME if left out. WITHOUT: folders within that are libraries of their own.
function(limes_floor name)
  cmake_parse_arguments(FLOOR "" "FOLDER" "FLOORS;LIBRARIES;PRIVATE_LIBRARIES;WITHOUT" ${ARGN})
  if(NOT FLOOR_FOLDER)
    set(FLOOR_FOLDER "${name}")
  endif()
  file(GLOB_RECURSE sources CONFIGURE_DEPENDS "${CMAKE_CURRENT_SOURCE_DIR}/${FLOOR_FOLDER}/*.cpp")
  foreach(folder IN LISTS FLOOR_WITHOUT)
    list(FILTER sources EXCLUDE REGEX "/${FLOOR_FOLDER}/${folder}/")
  endforeach()
  if(LIMES_SANITIZE)
    limes_spare_from_sanitizers(${sources})
  endif()
  add_library(limes_${name} STATIC ${sources})
  target_include_directories(limes_${name} PUBLIC "${PROJECT_SOURCE_DIR}/src")
  list(TRANSFORM FLOOR_FLOORS PREPEND limes_)
  target_link_libraries(limes_${name} PUBLIC ${FLOOR_FLOORS} ${FLOOR_LIBRARIES} PRIVATE limes_options ${FLOOR_PRIVATE_LIBRARIES})
  add_library(limes::${name} ALIAS limes_${name})
  set(headers <fmt/format.h> <Eigen/Dense>)
  if("${name}" STREQUAL "system" OR "limes_system" IN_LIST FLOOR_FLOORS)
    list(APPEND headers <nlohmann/json.hpp>)
  endif()
  limes_precompile(limes_${name} "${sources}" ${headers})
endfunction()

# limes_tests(NAME [FOLDER path] [LIBRARIES ...] [LABELS ...]): every *_test.cpp of tests/FOLDER (NAME if left out) in one
# executable.
function(limes_tests name)
  cmake_parse_arguments(TESTS "" "FOLDER" "LIBRARIES;LABELS" ${ARGN})
  if(NOT TESTS_FOLDER)
    set(TESTS_FOLDER "${name}")
  endif()
  file(GLOB sources CONFIGURE_DEPENDS "${CMAKE_CURRENT_SOURCE_DIR}/${TESTS_FOLDER}/*_test.cpp")
  if(NOT sources)
    return()
  endif()
  if(LIMES_SANITIZE)
    limes_spare_from_sanitizers(${sources})
  endif()
  add_executable(limes_${name}_test ${sources})
  target_link_libraries(limes_${name}_test PRIVATE ${TESTS_LIBRARIES} limes_options GTest::gtest_main GTest::gmock)
  # g++ 12 warns falsely inside std::string and nlohmann::json temporaries (GCC bugs 105651, 105562).
  target_compile_options(limes_${name}_test PRIVATE $<$<CXX_COMPILER_ID:GNU>:-Wno-restrict -Wno-maybe-uninitialized>)
  # What tests compute themselves is little: a third of the time to compile them is saved.
  target_compile_options(limes_${name}_test PRIVATE $<$<CONFIG:Release>:-O1>)
  target_include_directories(limes_${name}_test PRIVATE "${PROJECT_SOURCE_DIR}/tests")
  target_compile_definitions(limes_${name}_test PRIVATE LIMES_SOURCE_DIR="${PROJECT_SOURCE_DIR}")
  set(headers <gtest/gtest.h> <gmock/gmock.h>)
  if(NOT "${name}" STREQUAL "base")
    list(APPEND headers <Eigen/Dense>)
  endif()
  if(NOT "${TESTS_LIBRARIES}" MATCHES "limes::(base|math|stats|transfer|coupling|compute)")
    list(APPEND headers <nlohmann/json.hpp>)
  endif()
  limes_precompile(limes_${name}_test "${sources}" ${headers})
  if(NOT TESTS_LABELS)
    set(TESTS_LABELS science)
  endif()
  if("fast" IN_LIST TESTS_LABELS)
    add_dependencies(fast_tests limes_${name}_test)
  endif()
  gtest_discover_tests(limes_${name}_test DISCOVERY_MODE PRE_TEST TEST_PREFIX "${name}." PROPERTIES LABELS "${TESTS_LABELS}" TIMEOUT 1200)
endfunction()

# What a result says about the program that made it: version, commit, compiler. The commit is read when the build is
# configured, which happens again after each commit; outside a git work tree it is "unknown".
set(LIMES_COMMIT "unknown")
find_package(Git QUIET)
if(GIT_FOUND)
  execute_process(COMMAND "${GIT_EXECUTABLE}" -C "${PROJECT_SOURCE_DIR}" rev-parse --show-toplevel HEAD
    OUTPUT_VARIABLE limes_git_output RESULT_VARIABLE limes_git_result ERROR_QUIET OUTPUT_STRIP_TRAILING_WHITESPACE)
  if(limes_git_result EQUAL 0)
    string(REPLACE "\n" ";" limes_git_output "${limes_git_output}")
    list(GET limes_git_output 0 limes_git_root)
    file(REAL_PATH "${PROJECT_SOURCE_DIR}" limes_source_root)
    file(REAL_PATH "${limes_git_root}" limes_git_root)
    # A copy of the project inside somebody else's repository has no commit of its own.
    if(limes_git_root STREQUAL limes_source_root)
      list(GET limes_git_output 1 LIMES_COMMIT)
      execute_process(COMMAND "${GIT_EXECUTABLE}" -C "${PROJECT_SOURCE_DIR}" rev-parse --git-path logs/HEAD
        OUTPUT_VARIABLE limes_git_log ERROR_QUIET OUTPUT_STRIP_TRAILING_WHITESPACE)
      cmake_path(ABSOLUTE_PATH limes_git_log BASE_DIRECTORY "${PROJECT_SOURCE_DIR}")
      if(EXISTS "${limes_git_log}")
        set_property(DIRECTORY APPEND PROPERTY CMAKE_CONFIGURE_DEPENDS "${limes_git_log}")
      endif()
    endif()
  endif()
endif()
set_source_files_properties("${CMAKE_CURRENT_SOURCE_DIR}/experiment/version.cpp" PROPERTIES COMPILE_DEFINITIONS
  "LIMES_VERSION=\"${LIMES_VERSION}\";LIMES_COMMIT=\"${LIMES_COMMIT}\";LIMES_COMPILER=\"${CMAKE_CXX_COMPILER_ID} ${CMAKE_CXX_COMPILER_VERSION}, ${CMAKE_BUILD_TYPE}\"")

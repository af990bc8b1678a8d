# Embeds the report's style sheet, scripts and plotting library into the program, so that a report is one page that opens
# offline. The library comes from the installed Debian package libjs-vega; nothing of it is kept in this repository.
option(LIMES_INTERACTIVE_REPORT "embed the plotting library Vega in the report; off: static figures" ON)

# In the order in which they may be needed; the name that modules use for each other is the file's, but for selections.
set(LIMES_VEGA_MODULES util time format loader canvas statistics scale scenegraph dataflow expression selection functions
  event-selector parser runtime view transforms view-transforms encode interpreter)

# limes_report_assets(TARGET): adds the generated source to TARGET.
function(limes_report_assets target)
  set(folder "${PROJECT_SOURCE_DIR}/src/limes/experiment/assets")
  set(inputs "${folder}/report.css" "${folder}/report.js" "${folder}/modules.js" "${folder}/licenses.txt")
  set(modules "")
  if(LIMES_INTERACTIVE_REPORT)
    find_path(LIMES_VEGA_FOLDER vega-view.min.js PATHS /usr/share/javascript/vega NO_DEFAULT_PATH
      DOC "folder of the Vega modules vega-*.min.js (Debian package libjs-vega)")
    foreach(module IN LISTS LIMES_VEGA_MODULES)
      set(file "${LIMES_VEGA_FOLDER}/vega-${module}.min.js")
      if(NOT EXISTS "${file}")
        message(STATUS "limes: vega-${module}.min.js not found: reports will have static figures. For interactive ones "
          "install the Debian package libjs-vega, or set LIMES_VEGA_FOLDER to a folder that holds vega-*.min.js.")
        set(modules "")
        break()
      endif()
      list(APPEND modules "${file}")
    endforeach()
  endif()
  set(generated "${CMAKE_CURRENT_BINARY_DIR}/report_assets.cpp")
  set(script "${PROJECT_SOURCE_DIR}/cmake/LimesAssetsEmbed.cmake")
  add_custom_command(OUTPUT "${generated}"
    COMMAND "${CMAKE_COMMAND}" "-DFOLDER=${folder}" "-DMODULES=${modules}" "-DOUTPUT=${generated}" -P "${script}"
    DEPENDS ${inputs} ${modules} "${script}"
    COMMENT "Embedding the report's assets" VERBATIM)
  target_sources(${target} PRIVATE "${generated}")
endfunction()

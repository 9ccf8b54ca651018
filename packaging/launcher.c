/* Starts Python from this very file: no installation, no unpacking, no temporary folder.

   dist.py appends the shared library of Python, extension modules, the libraries that these need,
   and a zip archive of compiled modules. Libraries are copied into memory files (memfd_create) and
   loaded from there; modules are imported from the archive, so this file itself is on sys.path. */

#define _GNU_SOURCE
#include <Python.h>
#include <dlfcn.h>
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/sendfile.h>
#include <sys/stat.h>
#include <unistd.h>

#define FAULT 3

#define MOST 16

struct part {
    uint64_t offset;
    uint64_t size;
};

/* Filled in by dist.py, which looks for the text: Python, behind the libraries that it needs. */
static volatile const struct {
    char mark[16];
    struct part parts[MOST];
} libraries = {"libraries-are-at", {{0, 0}}};

static int fail(const char *what, const char *why) {
    fprintf(stderr, "error: %s: %s (start)\n", what, why);
    fprintf(stderr, "  hint: mirrorpin.pyz does the same with Python 3.11 or later\n");
    return FAULT;
}

static void *load(int from, off_t at, size_t size) {
    char path[64];
    off_t end = at + (off_t)size;
    int low = memfd_create("library", MFD_CLOEXEC);
    /* A standard stream that is closed must stay so, not become a library. */
    int to = low < 0 ? -1 : fcntl(low, F_DUPFD_CLOEXEC, STDERR_FILENO + 1);
    if (to < 0)
        return NULL;
    close(low);
    while (at < end)
        if (sendfile(to, from, &at, (size_t)(end - at)) <= 0)
            return NULL;
    /* The file stays open: glibc knows a library by the path that it was loaded from. */
    snprintf(path, sizeof path, "/proc/self/fd/%d", to);
    return dlopen(path, RTLD_NOW | RTLD_GLOBAL);
}

static void *load_all(const char *program) {
    void *loaded = NULL;
    int from = open(program, O_RDONLY | O_CLOEXEC);
    if (from < 0)
        return NULL;
    for (size_t i = 0; i < MOST && libraries.parts[i].size; i++) {
        loaded = load(from, (off_t)libraries.parts[i].offset, libraries.parts[i].size);
        if (loaded == NULL)
            break;
    }
    close(from);
    return loaded;
}

#define NEED(name) \
    __typeof__(&name) p_##name = (__typeof__(&name))dlsym(python, #name); \
    if (p_##name == NULL) \
        return fail("Python lacks a function", #name)
#define TRY(call) \
    do { \
        PyStatus status = call; \
        if (p_PyStatus_Exception(status)) \
            return fail("Python does not start", status.err_msg ? status.err_msg : "no reason"); \
    } while (0)

static int start(void *python, char *program, int argc, char **argv) {
    NEED(PyConfig_Clear);
    NEED(PyConfig_InitIsolatedConfig);
    NEED(PyConfig_SetBytesArgv);
    NEED(PyConfig_SetBytesString);
    NEED(PyPreConfig_InitIsolatedConfig);
    NEED(PyStatus_Exception);
    NEED(PyWideStringList_Append);
    NEED(Py_InitializeFromConfig);
    NEED(Py_PreInitialize);
    NEED(Py_RunMain);

    PyPreConfig before;
    p_PyPreConfig_InitIsolatedConfig(&before);
    before.utf8_mode = 1;
    TRY(p_Py_PreInitialize(&before));

    PyConfig config;
    p_PyConfig_InitIsolatedConfig(&config);
    config.install_signal_handlers = 1;
    config.parse_argv = 0;
    config.pathconfig_warnings = 0;
    config.site_import = 0;
    config.write_bytecode = 0;
    wchar_t **paths[] = {&config.executable, &config.base_executable, &config.program_name,
                         &config.home, &config.prefix, &config.base_prefix, &config.exec_prefix,
                         &config.base_exec_prefix};
    for (size_t i = 0; i < sizeof paths / sizeof *paths; i++)
        TRY(p_PyConfig_SetBytesString(&config, paths[i], program));
    config.module_search_paths_set = 1;
    TRY(p_PyWideStringList_Append(&config.module_search_paths, config.executable));
    TRY(p_PyConfig_SetBytesArgv(&config, argc, argv));
    TRY(p_PyConfig_SetBytesString(&config, &config.run_command, "import boot"));
    TRY(p_Py_InitializeFromConfig(&config));
    p_PyConfig_Clear(&config);
    return p_Py_RunMain();
}

/* Python ends with a fatal error where stdin is a folder, which holds no manifests either. */
static void close_folder(void) {
    struct stat found;
    if (fstat(STDIN_FILENO, &found) == 0 && S_ISDIR(found.st_mode))
        close(STDIN_FILENO);
}

int main(int argc, char **argv) {
    char program[PATH_MAX];
    close_folder();
    ssize_t length = readlink("/proc/self/exe", program, sizeof program - 1);
    if (length < 0)
        return fail("/proc must be there", strerror(errno));
    program[length] = '\0';
    errno = 0;
    void *python = load_all(program);
    if (python == NULL) {
        const char *why = dlerror();
        return fail("Python cannot be loaded from memory", why ? why : strerror(errno));
    }
    return start(python, program, argc, argv);
}

#include "core/model/filter.h"

const struct rj_filter_program *rj_filter_program(enum rj_filter filter)
{
#if defined(__x86_64__) && !defined(__ILP32__)
	return &rj_filter_x86_64[filter];
#elif defined(__aarch64__) && !defined(__ILP32__)
	return &rj_filter_aarch64[filter];
#else
#error "there is no filter of system calls for this architecture: add it to tools/filter.c"
#endif
}

enum rj_filter rj_filter_of_jail(bool root, bool nested)
{
	if (nested)
		return root ? RJ_FILTER_ROOT_NESTED : RJ_FILTER_SELF_NESTED;
	return root ? RJ_FILTER_ROOT : RJ_FILTER_SELF;
}

const char *rj_filter_name(enum rj_filter filter)
{
	static const char *const names[RJ_FILTERS] = {
		[RJ_FILTER_ROOT] = "root",
		[RJ_FILTER_SELF] = "self",
		[RJ_FILTER_ROOT_NESTED] = "root-nested",
		[RJ_FILTER_SELF_NESTED] = "self-nested",
		[RJ_FILTER_LOCKED] = "locked",
	};

	return names[filter];
}

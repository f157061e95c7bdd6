/* What the watch sees in one sample, and what it does about it. */
#include <stdio.h>
#include <string.h>
#include <sys/statfs.h>

#include "core/base/clock.h"
#include "core/engine/watch_parts.h"
#include "core/model/limits.h"
#include "core/sys/du.h"
#include "core/sys/usage.h"

enum {
	USUAL_MS = 250,
	CLOSE_MS = 30, /* when half of a limit is used */
	COST = 3,      /* so many times what a sample took is the least wait */
	OVER_MAX = 30, /* samples over the limit, one after the other, that end the whole jail */
	ENTRIES = 4000,
	HOME_MS = 1000,	 /* between two measures of the home */
	FULL_PART = 128, /* a tmpfs with less than this part free is full */
};

/* A disk does not take more in a millisecond. */
#define DISK_BYTES_MS  (4u << 20)
#define DISK_INODES_MS 1000u

static void end_jail(struct rj_watch_state *w)
{
	(void)rj_usage_kill(w->fds[0], 1);
	w->ended = true;
}

void rj_watch_look_at_tmp(struct rj_watch_state *w)
{
	w->tmp_used = 0;
	for (size_t i = 1; i < RJ_WATCH_SHOWN; i++) {
		struct statfs fs;

		if (fstatfs(w->fds[i], &fs) < 0)
			continue;
		w->tmp_used += (uint64_t)(fs.f_blocks - fs.f_bfree) * (uint64_t)fs.f_bsize;
		if (fs.f_bfree <= fs.f_blocks / FULL_PART || (fs.f_files && fs.f_ffree == 0))
			(void)snprintf(w->r->full, sizeof(w->r->full), "/%s",
				       rj_watch_shown[i].name);
	}
}

/* How long until `left` can be less than `reserve`. */
static int64_t wait_for(uint64_t left, uint64_t reserve, uint64_t each_ms)
{
	const uint64_t ms = (left - reserve) / each_ms;

	return ms > USUAL_MS ? USUAL_MS : ms > CLOSE_MS ? (int64_t)ms : CLOSE_MS;
}

static void end_for_disk(struct rj_watch_state *w, bool *ret_why)
{
	*ret_why = true;
	end_jail(w);
}

int64_t rj_watch_look_at_disk(struct rj_watch_state *w)
{
	int64_t wait = USUAL_MS, files_wait = USUAL_MS;
	struct statfs fs;
	uint64_t left, files;

	if (w->a->disk == RJ_UNLIMITED || fstatfs(w->a->home_dir, &fs) < 0)
		return USUAL_MS;
	left = (uint64_t)fs.f_bavail * (uint64_t)fs.f_bsize;
	files = rj_limit_inodes(w->a->disk, (uint64_t)fs.f_blocks * (uint64_t)fs.f_bsize,
				fs.f_files);
	if (left >= w->a->disk) {
		w->disk_armed = true;
		wait = wait_for(left, w->a->disk, DISK_BYTES_MS);
	} else if (w->disk_armed) {
		end_for_disk(w, &w->r->disk_ended);
	}
	if (files > 0 && fs.f_ffree >= files) {
		w->inodes_armed = true;
		files_wait = wait_for(fs.f_ffree, files, DISK_INODES_MS);
	} else if (w->inodes_armed) {
		end_for_disk(w, &w->r->inodes_ended);
	}
	return wait < files_wait ? wait : files_wait;
}

static void look_at_home(struct rj_watch_state *w)
{
	uint64_t bytes;
	int rc;

	if (w->a->home == RJ_UNLIMITED || (!w->du && rj_now_ms() < w->du_again))
		return;
	if (!w->du)
		w->du = rj_du_new(w->a->home_dir);
	rc = rj_du_step(w->du, ENTRIES, &bytes);
	if (rc < 0 || bytes > w->a->home) {
		w->r->home_ended = rc < 0 ? rc : 1;
		end_jail(w);
	} else if (rc == 0) {
		return;
	}
	rj_du_free(&w->du);
	w->du_again = rj_now_ms() + HOME_MS;
}

/* Over the limit: shared pages are counted once before anything is done about it. */
static void relieve(struct rj_watch_state *w)
{
	struct rj_usage u;

	if (rj_usage_read(w->fds[0], true, &u) < 0)
		return;
	if (u.memory + w->tmp_used <= w->a->memory) {
		w->over = 0;
		return;
	}
	if (++w->over > OVER_MAX || w->tmp_used > w->a->memory || !u.biggest) {
		w->r->memory_ended = true;
		end_jail(w);
		return;
	}
	if (rj_usage_kill(w->fds[0], u.biggest) == 0) {
		w->r->killed++;
		memcpy(w->r->biggest, u.name, sizeof(w->r->biggest));
	}
}

static int64_t look_at_processes(struct rj_watch_state *w)
{
	struct rj_usage u;
	uint64_t memory;

	if ((w->a->memory == RJ_UNLIMITED && w->a->tasks == RJ_UNLIMITED) ||
	    rj_usage_read(w->fds[0], false, &u) < 0)
		return USUAL_MS;
	if (w->a->tasks != RJ_UNLIMITED && u.tasks > w->r->tasks)
		w->r->tasks = u.tasks;
	memory = u.memory + w->tmp_used;
	if (memory > w->r->memory)
		w->r->memory = memory;
	if (memory > w->a->memory)
		relieve(w);
	else
		w->over = 0;
	return memory > w->a->memory / 2 || u.tasks > w->a->tasks / 2 ? CLOSE_MS : USUAL_MS;
}

int rj_watch_look(struct rj_watch_state *w)
{
	const int64_t start = rj_now_ms();
	int64_t wait, disk, cost;

	rj_watch_look_at_tmp(w);
	disk = rj_watch_look_at_disk(w);
	look_at_home(w);
	wait = look_at_processes(w);
	cost = (rj_now_ms() - start) * COST;
	if (w->du || disk < wait)
		wait = w->du ? CLOSE_MS : disk;
	return (int)(wait > cost ? wait : cost);
}

/* One stream of the locked child, read to its end. */
#include "core/git/importread.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "core/base/mem.h"

void rj_import_result_release(struct rj_import_result *r)
{
	free(r->head_name);
	for (size_t i = 0; i < r->others_n; i++)
		free(r->others[i].name);
	free(r->others);
	free(r->staged_path);
	free(r->ref_note);
	free(r->index_note);
	*r = (struct rj_import_result){0};
}

void rj_import_result_join(struct rj_import_result *r, struct rj_import_result *from)
{
	struct rj_import_result was = *r;

	*r = *from;
	r->commits += was.commits;
	r->objects += was.objects;
	r->bytes += was.bytes;
	r->moved = r->moved || was.moved;
	r->dropped += was.dropped;
	if (!r->ref_note) {
		r->ref_note = was.ref_note;
		was.ref_note = NULL;
	}
	if (!r->index_note) {
		r->index_note = was.index_note;
		was.index_note = NULL;
	}
	*from = was;
}

const char *rj_import_branch_of(const char *ref)
{
	static const char heads[] = "refs/heads/";

	return strncmp(ref, heads, sizeof(heads) - 1) ? NULL : ref + sizeof(heads) - 1;
}

const char *rj_import_other_name(const struct rj_other_ref *ref)
{
	static const char *const names[][2] = {
		{RJ_EXPORT_HEAD, "a detached HEAD"},
		{"refs/robojail/rebase", "what a rebase began with"},
		{"refs/robojail/rebase-apply", "what a rebase began with"},
		{"refs/robojail/bisect", "what a bisect began with"},
	};

	for (size_t i = 0; i < RJ_COUNT(names); i++)
		if (!strcmp(ref->name, names[i][0]))
			return names[i][1];
	return ref->name;
}

void rj_import_way_back(const struct rj_import_result *r, struct rj_buf *ret)
{
	const char *branch = r->head_name ? rj_import_branch_of(r->head_name) : NULL;

	switch (r->aside) {
	case RJ_HEAD_REBASES:
		rj_buf_puts(ret, "'git rebase --continue' or '--abort'");
		return;
	case RJ_HEAD_BISECTS:
		rj_buf_puts(ret, "'git bisect reset'");
		return;
	case RJ_HEAD_HERE:
	case RJ_HEAD_LOOKS:
		break;
	}
	if (!branch) {
		rj_buf_printf(ret, "'git checkout %.12s'", r->tip);
		return;
	}
	rj_buf_puts(ret, "'git switch ");
	rj_buf_word(ret, branch);
	rj_buf_puts(ret, "'");
}

static void take_head(struct rj_incoming *in, const struct rj_stream_record *rec)
{
	if (rec->kind != RJ_STREAM_DETACHED)
		in->out.head_name = rj_strdup(rec->name);
	if (rec->kind > RJ_STREAM_DETACHED)
		in->out.aside = (enum rj_head_aside)(rec->kind - RJ_STREAM_DETACHED);
	in->has_tip = rec->kind != RJ_STREAM_UNBORN;
	memcpy(in->tip.id, rec->oid, sizeof(rec->oid));
}

static void take_ref(struct rj_incoming *in, const struct rj_stream_record *rec)
{
	struct rj_import_result *out = &in->out;
	struct rj_other_ref *o;
	git_oid id;

	memcpy(id.id, rec->oid, sizeof(rec->oid));
	if (out->aside && !out->head[0] && !strcmp(rec->name, RJ_EXPORT_HEAD))
		(void)git_oid_tostr(out->head, sizeof(out->head), &id);
	if (!rec->ahead && !in->everything)
		return;
	out->others = rj_grow(out->others, &in->others_cap, out->others_n + 1, sizeof(*o));
	o = &out->others[out->others_n++];
	o->name = rj_strdup(rec->name);
	o->ahead = rec->ahead;
	(void)git_oid_tostr(o->oid, sizeof(o->oid), &id);
}

static void take_staged(struct rj_incoming *in, const struct rj_stream_record *rec)
{
	in->out.staged = rec->staged;
	in->out.staged_path = rj_strdup(rec->name);
}

static int take_pack(struct rj_incoming *in, const struct rj_stream_record *rec, struct rj_err *err)
{
	int r = 0;

	if (!in->has_tip && !(in->everything && in->out.others_n))
		return rj_refuse(err, EBADMSG,
				 "bad import stream: it has a pack, but no commit that needs one");
	if (!in->pack.dir)
		r = rj_quarantine_begin(&in->pack, in->dir, in->limits, err);
	return r < 0 ? r : rj_quarantine_feed(&in->pack, rec->bytes, rec->len, err);
}

int rj_incoming_read(struct rj_incoming *in, struct rj_err *err)
{
	struct rj_stream_record rec = {0};
	int r = 0;

	while (r == 0 && rec.type != RJ_STREAM_END) {
		r = rj_stream_read(&in->stream, &rec, err);
		if (r < 0)
			return r;
		if (rec.type == RJ_STREAM_HEAD)
			take_head(in, &rec);
		else if (rec.type == RJ_STREAM_REF)
			take_ref(in, &rec);
		else if (rec.type == RJ_STREAM_PACK)
			r = take_pack(in, &rec, err);
		else if (rec.type == RJ_STREAM_STAGED)
			take_staged(in, &rec);
		else
			in->out.others_left_out = rec.left_out;
	}
	if (r == 0 && in->pack.dir)
		r = rj_quarantine_end(&in->pack, err);
	in->out.objects = in->pack.scan.objects;
	in->out.bytes = in->pack.scan.bytes;
	return r;
}

void rj_incoming_release(struct rj_incoming *in)
{
	rj_quarantine_release(&in->pack);
	rj_import_result_release(&in->out);
}

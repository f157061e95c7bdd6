/*
 * session_log - what is kept of a session: a recording, and a line of the history
 */
#include "core/base/mem.h"
#include "core/engine/session_parts.h"

int rj_session_log_begin(struct rj_session *s, const struct rj_view *view, struct rj_err *err)
{
	rj_strv_release(&s->words);
	rj_strv_add_all(&s->words, view->argv);
	s->user = view->config->user == RJ_USER_SELF ? "self" : "root";
	if (s->tape)
		return 0; /* the jail ended while we came: this is another try */
	return rj_tape_start(s->ctx, s->jail->name, &s->mark, view->argv, s->args->record,
			     s->tty != 0 || s->report >= 0, &s->tape, err);
}

void rj_session_log_end(struct rj_session *s)
{
	struct rj_session_result *ret = s->ret;
	struct rj_err *err = &ret->log_err;
	struct rj_err second;

	ret->log_failed = rj_tape_end(&s->tape, &s->entry.recorded, err);
	if (ret->log_failed < 0)
		err = &second; /* most likely for the same reason */
	if (rj_journal_end(s->ctx, s->jail, &s->mark, s->words.v, s->user, ret, &s->entry, err) < 0)
		ret->log_failed = -err->num;
}

void rj_session_log_release(struct rj_session *s)
{
	rj_tape_drop(&s->tape);
	rj_strv_release(&s->words);
}

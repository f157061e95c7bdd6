#ifndef RJ_GIT_AUTO_H
#define RJ_GIT_AUTO_H

#include <git2.h>
#include <git2/sys/errors.h>

#include "core/base/mem.h"

/*
 * Destructors of libgit2's objects for RJ_AUTO:
 *
 *   RJ_AUTO(rj_git_tree_free) git_tree *tree = NULL;
 *
 * Each accepts NULL.
 */
#define RJ_GIT_AUTO(name, type, fn)                              \
	static inline void rj_git_##name##_free(type *const *pp) \
	{                                                        \
		fn(*pp);                                         \
	}

RJ_GIT_AUTO(repo, git_repository, git_repository_free)
RJ_GIT_AUTO(object, git_object, git_object_free)
RJ_GIT_AUTO(commit, git_commit, git_commit_free)
RJ_GIT_AUTO(tree, git_tree, git_tree_free)
RJ_GIT_AUTO(tree_entry, git_tree_entry, git_tree_entry_free)
RJ_GIT_AUTO(blob, git_blob, git_blob_free)
RJ_GIT_AUTO(tag, git_tag, git_tag_free)
RJ_GIT_AUTO(ref, git_reference, git_reference_free)
RJ_GIT_AUTO(refdb, git_refdb, git_refdb_free)
RJ_GIT_AUTO(ref_iter, git_reference_iterator, git_reference_iterator_free)
RJ_GIT_AUTO(branch_iter, git_branch_iterator, git_branch_iterator_free)
RJ_GIT_AUTO(reflog, git_reflog, git_reflog_free)
RJ_GIT_AUTO(revwalk, git_revwalk, git_revwalk_free)
RJ_GIT_AUTO(index, git_index, git_index_free)
RJ_GIT_AUTO(index_iter, git_index_iterator, git_index_iterator_free)
RJ_GIT_AUTO(config, git_config, git_config_free)
RJ_GIT_AUTO(config_entry, git_config_entry, git_config_entry_free)
RJ_GIT_AUTO(config_iter, git_config_iterator, git_config_iterator_free)
RJ_GIT_AUTO(odb, git_odb, git_odb_free)
RJ_GIT_AUTO(odb_object, git_odb_object, git_odb_object_free)
RJ_GIT_AUTO(odb_stream, git_odb_stream, git_odb_stream_free)
RJ_GIT_AUTO(indexer, git_indexer, git_indexer_free)
RJ_GIT_AUTO(packbuilder, git_packbuilder, git_packbuilder_free)
RJ_GIT_AUTO(diff, git_diff, git_diff_free)
RJ_GIT_AUTO(patch, git_patch, git_patch_free)
RJ_GIT_AUTO(remote, git_remote, git_remote_free)
RJ_GIT_AUTO(signature, git_signature, git_signature_free)
RJ_GIT_AUTO(transaction, git_transaction, git_transaction_free)

static inline void rj_git_buf_free(git_buf *buf)
{
	git_buf_dispose(buf);
}

static inline void rj_git_strarray_free(git_strarray *array)
{
	git_strarray_dispose(array);
}

#endif

// libsrtp 3 hides the policy behind functions and works from one buffer into another; libsrtp 2 has a plain struct and
// works in place. So a policy here is libsrtp 2's struct with room for its key, and a packet costs one copy unless both
// buffers are the same.
#include <srtp2/srtp.h>

#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

// libsrtp 3 has this error; the header beside this file gives it the same number.
#define srtp_err_status_buffer_small ((srtp_err_status_t)28)

struct srtp3_policy
{
	srtp_policy_t base;
	uint8_t key[SRTP_MAX_KEY_LEN];
};

srtp_err_status_t srtp3_policy_create(struct srtp3_policy** policy)
{
	*policy = calloc(1, sizeof **policy);
	return *policy ? srtp_err_status_ok : srtp_err_status_alloc_fail;
}

void srtp3_policy_destroy(struct srtp3_policy* policy)
{
	if (!policy)
	{
		return;
	}
	memset(policy, 0, sizeof *policy); // The key does not stay behind in freed memory.
	free(policy);
}

srtp_err_status_t srtp3_policy_set_ssrc(struct srtp3_policy* policy, srtp_ssrc_t ssrc)
{
	policy->base.ssrc = ssrc;
	return srtp_err_status_ok;
}

srtp_err_status_t srtp3_policy_set_profile(struct srtp3_policy* policy, srtp_profile_t profile)
{
	srtp_err_status_t error = srtp_crypto_policy_set_from_profile_for_rtp(&policy->base.rtp, profile);
	return error ? error : srtp_crypto_policy_set_from_profile_for_rtcp(&policy->base.rtcp, profile);
}

// The worker uses no MKI (the parameters named mki); a caller that does is told so.
srtp_err_status_t srtp3_policy_add_key(
  struct srtp3_policy* policy,
  const uint8_t* key,
  size_t key_len,
  const uint8_t* salt,
  size_t salt_len,
  const uint8_t* mki,
  size_t mki_len)
{
	(void)mki;
	if (mki_len || key_len + salt_len > sizeof policy->key)
	{
		return srtp_err_status_bad_param;
	}
	memcpy(policy->key, key, key_len);
	memcpy(policy->key + key_len, salt, salt_len);
	policy->base.key = policy->key;
	return srtp_err_status_ok;
}

srtp_err_status_t srtp3_policy_set_allow_repeat_tx(struct srtp3_policy* policy, bool allow)
{
	policy->base.allow_repeat_tx = allow;
	return srtp_err_status_ok;
}

srtp_err_status_t srtp3_policy_set_window_size(struct srtp3_policy* policy, size_t size)
{
	policy->base.window_size = size;
	return srtp_err_status_ok;
}

srtp_err_status_t srtp3_create(srtp_t* session, struct srtp3_policy* policy)
{
	policy->base.next = NULL;
	return srtp_create(session, &policy->base);
}

srtp_err_status_t srtp3_stream_remove(srtp_t session, uint32_t ssrc)
{
	// Both want network byte order, and the worker gives it.
	return srtp_remove_stream(session, ssrc);
}

typedef srtp_err_status_t (*in_place)(srtp_t session, void* packet, int* length);

static srtp_err_status_t copy_then(
  in_place work, srtp_t session, const uint8_t* in, size_t in_len, uint8_t* out, size_t* out_len)
{
	if (*out_len < in_len)
	{
		return srtp_err_status_buffer_small;
	}
	if (out != in)
	{
		memcpy(out, in, in_len);
	}
	int length              = (int)in_len;
	srtp_err_status_t error = work(session, out, &length);
	*out_len                = (size_t)length;
	return error;
}

srtp_err_status_t srtp3_protect(
  srtp_t session, const uint8_t* in, size_t in_len, uint8_t* out, size_t* out_len, size_t mki_index)
{
	(void)mki_index;
	return copy_then(srtp_protect, session, in, in_len, out, out_len);
}

srtp_err_status_t srtp3_protect_rtcp(
  srtp_t session, const uint8_t* in, size_t in_len, uint8_t* out, size_t* out_len, size_t mki_index)
{
	(void)mki_index;
	return copy_then(srtp_protect_rtcp, session, in, in_len, out, out_len);
}

srtp_err_status_t srtp3_unprotect(
  srtp_t session, const uint8_t* in, size_t in_len, uint8_t* out, size_t* out_len)
{
	return copy_then(srtp_unprotect, session, in, in_len, out, out_len);
}

srtp_err_status_t srtp3_unprotect_rtcp(
  srtp_t session, const uint8_t* in, size_t in_len, uint8_t* out, size_t* out_len)
{
	return copy_then(srtp_unprotect_rtcp, session, in, in_len, out, out_len);
}

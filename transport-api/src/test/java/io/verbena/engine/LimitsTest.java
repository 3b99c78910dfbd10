// Copyright the Verbena authors. SPDX-License-Identifier: Apache-2.0
package io.verbena.engine;

import static org.assertj.core.api.Assertions.assertThat;

import io.verbena.spi.RemoteHost;
import java.net.InetAddress;
import java.net.UnknownHostException;
import org.junit.jupiter.api.Test;

/** What limits are counted with. */
class LimitsTest {
    private static final long SECOND_NS = 1_000_000_000L;

    // ---- TokenBucket

    @Test
    void aSecondsWorthMayBeTakenAtOnceAndThenOneAtATime() {
        final TokenBucket bucket = new TokenBucket(4);
        long nowNs = 17;
        for (int i = 0; i < 4; i++) {
            assertThat(bucket.take(nowNs)).isTrue();
        }
        assertThat(bucket.take(nowNs)).isFalse();
        assertThat(bucket.waitNs(nowNs)).isEqualTo(SECOND_NS / 4);
        nowNs += SECOND_NS / 4 - 1;
        assertThat(bucket.take(nowNs)).isFalse();
        nowNs++;
        assertThat(bucket.waitNs(nowNs)).isZero();
        assertThat(bucket.take(nowNs)).isTrue();
        assertThat(bucket.take(nowNs)).isFalse();
    }

    @Test
    void aQuietDayIsWorthNoMoreThanASecond() {
        final TokenBucket bucket = new TokenBucket(2);
        assertThat(bucket.take(0)).isTrue();
        final long tomorrowNs = 86_400 * SECOND_NS;
        assertThat(bucket.take(tomorrowNs)).isTrue();
        assertThat(bucket.take(tomorrowNs)).isTrue();
        assertThat(bucket.take(tomorrowNs)).isFalse();
    }

    @Test
    void aBucketOfZeroHasNoBottom() {
        final TokenBucket bucket = new TokenBucket(0);
        for (int i = 0; i < 100_000; i++) {
            assertThat(bucket.take(5)).isTrue();
        }
    }

    // ---- PayloadPace

    @Test
    void aPayloadHasFiveSecondsAndThenItsRate() {
        final PayloadPace pace = new PayloadPace(100);
        boolean slow = false;
        int seconds = 0;
        for (; !slow; seconds++) {
            slow = pace.isTooSlow(seconds * SECOND_NS, 7, 300, seconds, false);
        }
        // The first look begins to count, and 8 s are not yet too long.
        assertThat(seconds - 1).isEqualTo(9);
    }

    @Test
    void timeInWhichNobodyLookedIsNotTheClientsFault() {
        final PayloadPace pace = new PayloadPace(100);
        assertThat(pace.isTooSlow(0, 7, 1, 1, false)).isFalse();
        assertThat(pace.isTooSlow(3600 * SECOND_NS, 7, 1, 2, false)).isFalse();
    }

    @Test
    void whoSendsNothingAtAllIsTheHeartsAffairIfThereIsOne() {
        final PayloadPace pace = new PayloadPace(100);
        for (int i = 0; i < 60; i++) {
            assertThat(pace.isTooSlow(i * SECOND_NS, 7, 1, 99, false)).isFalse();
        }
        assertThat(pace.isTooSlow(60 * SECOND_NS, 7, 1, 99, true)).isTrue();
    }

    @Test
    void eachPayloadHasItsOwnTime() {
        final PayloadPace pace = new PayloadPace(100);
        for (int i = 0; i < 60; i++) {
            assertThat(pace.isTooSlow(i * SECOND_NS, i / 3, 1, i, false)).isFalse();
        }
    }

    // ---- RemoteHost

    @Test
    void anIpv4HostIsItsAddressAndAnIpv6HostItsNetwork() throws UnknownHostException {
        assertThat(host("192.0.2.1")).isEqualTo(host("::ffff:192.0.2.1"));
        assertThat(host("192.0.2.1")).isNotEqualTo(host("192.0.2.2"));
        assertThat(host("2001:db8:1:2::3")).isEqualTo(host("2001:db8:1:2:ffff::1"));
        assertThat(host("2001:db8:1:2::3")).isNotEqualTo(host("2001:db8:1:3::3"));
        assertThat(host("fe80::1")).isNotEqualTo(host("fe80::2"));
        assertThat(host("::1")).isNotEqualTo(host("::2"));
    }

    private static String host(final String address) throws UnknownHostException {
        return RemoteHost.of(InetAddress.getByName(address));
    }
}

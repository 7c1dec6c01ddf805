using System.Net;
using OpenClaw.Edge.Configuration;
using OpenClaw.Edge.Security;
using OpenClaw.Edge.TestKit;
using Xunit;

namespace OpenClaw.Edge.Core.Tests.Security;

public sealed class GatewayAuthenticatorTests
{
    private static readonly IPAddress Remote = IPAddress.Parse("192.0.2.7");
    private readonly ManualTimeProvider _time = new();
    private readonly GatewayAuthenticator _authenticator;

    public GatewayAuthenticatorTests() =>
        _authenticator = new GatewayAuthenticator(
            () => new GatewaySecret { AuthMode = "token", Token = "right", Source = "test" },
            () => new EdgeConfig(),
            _time);

    [Fact]
    public void The_right_token_passes_in_either_field()
    {
        Assert.True(Check("right", Remote).Accepted);
        Assert.True(_authenticator.Check("x", "right", CredentialKind.SharedSecret, Remote, browserOrigin: false).Accepted);
    }

    [Fact]
    public void Nothing_presented_is_missing_and_does_not_count()
    {
        for (int attempt = 0; attempt < 30; attempt++)
        {
            Assert.Equal(AuthOutcome.Missing, Check(null, Remote).Outcome);
        }

        Assert.True(Check("right", Remote).Accepted);
    }

    [Fact]
    public void Ten_failures_lock_the_address_out_for_five_minutes_even_with_the_right_token()
    {
        Fail(10, Remote);

        AuthDecision locked = Check("right", Remote);

        Assert.Equal(AuthOutcome.RateLimited, locked.Outcome);
        Assert.Equal(TimeSpan.FromMinutes(5), locked.RetryAfter);
        Assert.True(Check("right", IPAddress.Parse("192.0.2.8")).Accepted);
        _time.Advance(TimeSpan.FromMinutes(5));
        Assert.True(Check("right", Remote).Accepted);
    }

    [Fact]
    public void Failures_older_than_the_window_are_forgotten()
    {
        Fail(9, Remote);
        _time.Advance(TimeSpan.FromSeconds(61));
        Fail(9, Remote);

        Assert.True(Check("right", Remote).Accepted);
    }

    [Fact]
    public void Loopback_is_slowed_down_and_never_locked_out()
    {
        Assert.Equal(TimeSpan.FromMilliseconds(250), Check("wrong", IPAddress.Loopback).Delay);
        Assert.Equal(TimeSpan.FromMilliseconds(500), Check("wrong", IPAddress.Loopback).Delay);
        Fail(20, IPAddress.Loopback);
        Assert.Equal(TimeSpan.FromSeconds(5), Check("wrong", IPAddress.Loopback).Delay);
        Assert.True(Check("right", IPAddress.Loopback).Accepted);
    }

    [Fact]
    public void A_page_on_loopback_is_locked_out_like_anybody()
    {
        for (int attempt = 0; attempt < 10; attempt++)
        {
            _authenticator.Check("wrong", CredentialKind.SharedSecret, IPAddress.Loopback, browserOrigin: true);
        }

        AuthDecision page = _authenticator.Check("right", CredentialKind.SharedSecret, IPAddress.Loopback, browserOrigin: true);
        Assert.Equal(AuthOutcome.RateLimited, page.Outcome);
        Assert.True(Check("right", IPAddress.Loopback).Accepted);
    }

    [Fact]
    public void A_gateway_without_a_secret_lets_nobody_in()
    {
        var empty = new GatewayAuthenticator(
            () => new GatewaySecret { AuthMode = "password", Source = "test" }, () => new EdgeConfig(), _time);

        Assert.Equal(AuthOutcome.NotConfigured, empty.Check("", CredentialKind.SharedSecret, Remote, false).Outcome);
    }

    private AuthDecision Check(string? token, IPAddress peer) =>
        _authenticator.Check(token, CredentialKind.SharedSecret, peer, browserOrigin: false);

    private void Fail(int times, IPAddress peer)
    {
        for (int attempt = 0; attempt < times; attempt++)
        {
            Assert.Equal(AuthOutcome.Mismatch, Check("wrong", peer).Outcome);
        }
    }
}

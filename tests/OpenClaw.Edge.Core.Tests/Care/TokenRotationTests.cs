using System.Net;
using OpenClaw.Edge.Care;
using OpenClaw.Edge.Configuration;
using OpenClaw.Edge.Security;
using OpenClaw.Edge.Storage;
using Xunit;

namespace OpenClaw.Edge.Core.Tests.Care;

/// <summary>A new token for the old one.</summary>
public sealed class TokenRotationTests : IDisposable
{
    private readonly CareHome home = new("{}", database: false);

    public void Dispose() => home.Dispose();

    [Fact]
    public void Old_token_opens_until_the_grace_is_over_and_across_restarts()
    {
        string old = Secret().Token!;
        TokenRotation rotated = TokenRotation.Offline(home.Config, home.Paths, TimeSpan.FromMinutes(10), home.Time);
        GatewaySecret now = Secret();
        GatewayAuthenticator gate = new(() => now, () => new EdgeConfig(), home.Time);

        Assert.NotEqual(old, now.Token);
        Assert.True(Opens(gate, now.Token) && Opens(gate, old) && gate.IsSecret(old, null));
        Assert.False(Opens(gate, "another"));
        home.Time.Advance(TimeSpan.FromMinutes(10));
        Assert.False(Opens(gate, old) || gate.IsSecret(null, old));
        Assert.True(Opens(gate, now.Token));
        Assert.Equal(home.Time.GetUtcNow(), rotated.GraceUntil);
        Assert.DoesNotContain(old, File.ReadAllText(home.Paths.PreviousTokenPath));
        Assert.Equal(
            (AtomicFile.PrivateFile, AtomicFile.PrivateFile, AtomicFile.PrivateFile),
            (File.GetUnixFileMode(home.Paths.TokenPath), File.GetUnixFileMode(home.Paths.PreviousTokenPath), File.GetUnixFileMode(CareJournal.PathOf(home.Paths))));
    }

    [Fact]
    public void Without_grace_the_old_one_ends_at_once()
    {
        string old = Secret().Token!;
        TokenRotation.Offline(home.Config, home.Paths, TimeSpan.Zero, home.Time);
        GatewaySecret now = Secret();

        Assert.False(Opens(new GatewayAuthenticator(() => now, () => new EdgeConfig(), home.Time), old));
    }

    [Theory]
    [InlineData("{ gateway: { auth: { token: 'a-token-of-the-configuration-1234' } } }", "openclaw config unset gateway.auth.token")]
    [InlineData("{ gateway: { auth: { mode: 'none' } } }", "there is no token to rotate")]
    public void Token_that_lies_elsewhere_is_not_rewritten(string config, string advice)
    {
        home.Root.Write("state/openclaw.json", config);

        CareException refused = Assert.Throws<CareException>(() => TokenRotation.Offline(home.Config, home.Paths, TimeSpan.FromMinutes(1), home.Time));

        Assert.Contains(advice, refused.Message);
        Assert.Equal(config, home.Root.Read("state/openclaw.json"));
        Assert.False(File.Exists(home.Paths.TokenPath));
    }

    [Theory]
    [InlineData("OPENCLAW_GATEWAY_TOKEN", "comes from OPENCLAW_GATEWAY_TOKEN")]
    [InlineData("--token", "given to the gateway with --token")]
    [InlineData("credential gateway-token", "LoadCredential=")]
    public void Refusal_says_where_the_token_is_changed(string source, string advice)
    {
        GatewaySecret secret = new() { AuthMode = "token", Token = "x", Source = source };

        Assert.Contains(advice, Assert.Throws<CareException>(() => TokenRotation.Make(secret, home.Paths, TimeSpan.Zero, "test", home.Time)).Message);
    }

    [Fact]
    public void Beside_a_running_gateway_only_the_gateway_rotates()
    {
        Assert.True(StateLock.TryAcquire(home.Paths.StateDir, home.Time, out StateLock? held, out _));
        using StateLock mine = held!;

        Assert.Equal(CareFailure.Busy, Assert.Throws<CareException>(() => TokenRotation.Offline(home.Config, home.Paths, TimeSpan.Zero, home.Time)).Failure);
    }

    [Theory]
    [InlineData("")]
    [InlineData("soon 0000000000000000000000000000000000000000000000000000000000000000")]
    [InlineData("99999999999999 abc")]
    public void A_damaged_file_of_the_old_token_opens_nothing(string text)
    {
        home.Root.Write("state/gateway-token.previous", text);

        Assert.Null(Secret().Previous);
    }

    private static bool Opens(GatewayAuthenticator gate, string? token) =>
        gate.Check(token, CredentialKind.SharedSecret, IPAddress.Loopback, browserOrigin: false).Accepted;

    private GatewaySecret Secret() => GatewayTokenSource.Resolve(home.Config.Config, home.Environment, home.Paths);
}

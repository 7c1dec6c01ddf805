using System.Net;
using OpenClaw.Edge.Configuration;
using OpenClaw.Edge.Security;
using Xunit;

namespace OpenClaw.Edge.Core.Tests.Security;

public sealed class FrontDoorRulesTests
{
    private static readonly EdgeConfig Config = new()
    {
        Gateway = new GatewayConfig { ControlUi = new ControlUiConfig { AllowedOrigins = ["https://chat.example.org"] } },
    };

    [Theory]
    [InlineData("127.0.0.1:18789", true)]
    [InlineData("[::1]:18789", true)]
    [InlineData("192.168.1.20", true)]
    [InlineData("LOCALHOST:1", true)]
    [InlineData("box.local", true)]
    [InlineData("box.tail1.ts.net", true)]
    [InlineData("chat.example.org", true)]
    [InlineData(null, true)]
    [InlineData("evil.example.com", false)]
    [InlineData("127.0.0.1.nip.io", false)]
    [InlineData("localhost.evil.com", false)]
    [InlineData("evil@localhost", false)]
    [InlineData("notlocal", false)]
    public void A_name_that_a_stranger_could_point_here_is_refused(string? host, bool allowed) =>
        Assert.Equal(allowed, HostPolicy.Allows(host, Config));

    [Theory]
    [InlineData("https://chat.example.org", "any", false, true)]
    [InlineData("http://localhost:5173", "127.0.0.1:18789", true, true)]
    [InlineData("http://localhost:5173", "127.0.0.1:18789", false, false)]
    [InlineData("http://192.168.1.20:18789", "192.168.1.20:18789", false, true)]
    [InlineData("http://192.168.1.20:8080", "192.168.1.20:18789", false, false)]
    [InlineData("http://box.local:18789", "box.local:18789", false, true)]
    [InlineData("http://evil.example.com", "evil.example.com", true, false)]
    [InlineData("null", "127.0.0.1", true, false)]
    [InlineData(null, "127.0.0.1", true, false)]
    public void Only_own_pages_may_connect(string? origin, string host, bool local, bool allowed)
    {
        var peer = new PeerInfo(local ? IPAddress.Loopback : IPAddress.Parse("192.168.1.9"), local, false);

        Assert.Equal(allowed, OriginPolicy.Allows(origin, host, peer, Config));
    }

    [Theory]
    [InlineData("127.0.0.1", null, "127.0.0.1", true, false)]
    [InlineData("::ffff:127.0.0.1", null, "127.0.0.1", true, false)]
    [InlineData("127.0.0.1", "203.0.113.5", "127.0.0.1", false, true)]
    [InlineData("10.0.0.2", "203.0.113.5", "203.0.113.5", false, false)]
    [InlineData("10.0.0.2", "6.6.6.6, 203.0.113.5, 10.0.0.3", "203.0.113.5", false, false)]
    [InlineData("10.0.0.2", "127.0.0.1", "10.0.0.2", false, true)]
    [InlineData("10.0.0.2", "garbage", "10.0.0.2", false, true)]
    public void The_client_is_found_through_trusted_proxies_only(
        string peer, string? forwarded, string client, bool local, bool untrusted)
    {
        PeerInfo info = PeerAddress.Resolve(
            IPAddress.Parse(peer), name => name == "X-Forwarded-For" ? forwarded : null, ["10.0.0.0/24"], allowRealIp: false);

        Assert.Equal(new PeerInfo(IPAddress.Parse(client), local, untrusted), info);
    }

    [Theory]
    [InlineData("operator.admin", OperatorScopes.Pairing, true)]
    [InlineData("operator.write", OperatorScopes.Read, true)]
    [InlineData("operator.write", OperatorScopes.Admin, false)]
    [InlineData("operator.write", OperatorScopes.Approvals, false)]
    [InlineData("operator.read", OperatorScopes.SessionsRead, true)]
    [InlineData("operator.read", OperatorScopes.Write, false)]
    [InlineData("something.new", OperatorScopes.Read, false)]
    public void Scopes_imply_what_the_protocol_says(string name, OperatorScopes needed, bool allowed) =>
        Assert.Equal(allowed, ScopeSet.Of([name]).Allows(needed));
}

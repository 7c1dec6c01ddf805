using System.Net;
using OpenClaw.Edge.Configuration;
using OpenClaw.Edge.Tools;
using Xunit;

namespace OpenClaw.Edge.Core.Tests.Tools.Web;

public sealed class AddressGuardTests
{
    [Theory]
    [InlineData("127.0.0.1")]
    [InlineData("127.255.255.254")]
    [InlineData("0.0.0.0")]
    [InlineData("0.1.2.3")]
    [InlineData("10.1.2.3")]
    [InlineData("100.64.0.1")]
    [InlineData("100.127.255.255")]
    [InlineData("169.254.1.1")]
    [InlineData("169.254.169.254")]
    [InlineData("172.16.0.1")]
    [InlineData("172.31.255.255")]
    [InlineData("192.0.0.1")]
    [InlineData("192.0.2.1")]
    [InlineData("192.168.178.1")]
    [InlineData("198.18.0.1")]
    [InlineData("198.51.100.7")]
    [InlineData("203.0.113.7")]
    [InlineData("224.0.0.251")]
    [InlineData("255.255.255.255")]
    [InlineData("::")]
    [InlineData("::1")]
    [InlineData("::ffff:127.0.0.1")]
    [InlineData("::ffff:10.0.0.1")]
    [InlineData("::127.0.0.1")]
    [InlineData("64:ff9b::7f00:1")]
    [InlineData("64:ff9b::a9fe:a9fe")]
    [InlineData("64:ff9b:1::808:808")]
    [InlineData("2002:7f00:1::")]
    [InlineData("2002:c0a8:1::1")]
    [InlineData("2001:0:53aa:64c:0:0:80ff:fffe")] // Teredo
    [InlineData("2001:db8::1")]
    [InlineData("2607:f8b0::5efe:a00:1")] // ISATAP around 10.0.0.1
    [InlineData("fe80::1")]
    [InlineData("fc00::1")]
    [InlineData("fd12:3456::1")]
    [InlineData("fd00:ec2::254")]
    [InlineData("ff02::fb")]
    [InlineData("fec0::1")]
    [InlineData("100::1")]
    public void Closed(string address) => Assert.NotNull(AddressGuard.Refusal(IPAddress.Parse(address), new SsrfConfig()));

    [Theory]
    [InlineData("1.1.1.1")]
    [InlineData("9.9.9.9")]
    [InlineData("100.63.255.255")]
    [InlineData("100.128.0.1")]
    [InlineData("172.32.0.1")]
    [InlineData("192.169.0.1")]
    [InlineData("198.20.0.1")]
    [InlineData("223.255.255.1")]
    [InlineData("::ffff:1.1.1.1")]
    [InlineData("64:ff9b::101:101")]
    [InlineData("2606:4700:4700::1111")]
    [InlineData("2a00:1450::1")]
    public void Open(string address) => Assert.Null(AddressGuard.Refusal(IPAddress.Parse(address), new SsrfConfig()));

    [Fact]
    public void Exceptions_open_what_they_name_and_metadata_stays_closed()
    {
        SsrfConfig broad = new() { AllowPrivateNetwork = true };

        Assert.Null(AddressGuard.Refusal(IPAddress.Parse("192.168.1.1"), broad));
        Assert.Null(AddressGuard.Refusal(IPAddress.Loopback, broad));
        Assert.NotNull(AddressGuard.Refusal(IPAddress.Parse("169.254.169.254"), broad));
        Assert.NotNull(AddressGuard.Refusal(IPAddress.Parse("::ffff:169.254.169.254"), broad));
        Assert.NotNull(AddressGuard.Refusal(IPAddress.Parse("fd00:ec2::254"), broad));
        Assert.Null(AddressGuard.Refusal(IPAddress.Parse("198.18.5.5"), new SsrfConfig { AllowRfc2544BenchmarkRange = true }));
        Assert.NotNull(AddressGuard.Refusal(IPAddress.Parse("10.0.0.1"), new SsrfConfig { AllowRfc2544BenchmarkRange = true }));
        Assert.Null(AddressGuard.Refusal(IPAddress.Parse("fd12::1"), new SsrfConfig { AllowIpv6UniqueLocalRange = true }));
    }

    [Theory]
    [InlineData("localhost", false)]
    [InlineData("LOCALHOST.", false)]
    [InlineData("a.localhost", false)]
    [InlineData("printer.local", false)]
    [InlineData("metadata.google.internal", false)]
    [InlineData("fritz.box", true)]
    [InlineData("example.com", true)]
    [InlineData("ads.example.com", false)]
    [InlineData("x.ads.example.com", false)]
    [InlineData("tracker.example.org", false)]
    [InlineData("nas.local", true)]
    public void Names_are_judged_before_they_are_looked_up(string host, bool open)
    {
        SsrfConfig policy = new()
        {
            AllowedHostnames = ["nas.local", "tracker.example.org"],
            BlockedHostnames = ["*.ads.example.com", "ads.example.com", "Tracker.Example.ORG."],
        };

        Assert.Equal(open, AddressGuard.Refusal(host, policy, out bool trusted) is null);
        Assert.Equal(host is "nas.local" or "tracker.example.org", trusted);
    }
}

using System.Net;
using OpenClaw.Edge.Cli;
using Xunit;

namespace OpenClaw.Edge.Tests.Cli;

/// <summary>The search itself is in tests/mdns, where there is a network to search.</summary>
public sealed class NearbyServersTests
{
    [Fact]
    public void The_neighbours_of_a_private_address_are_its_24_without_itself()
    {
        IReadOnlyList<IPAddress> hosts = NearbyServers.Around([IPAddress.Parse("192.168.7.20")]);
        Assert.Equal(253, hosts.Count);
        Assert.Equal(IPAddress.Parse("192.168.7.1"), hosts[0]);
        Assert.DoesNotContain(IPAddress.Parse("192.168.7.20"), hosts);
        Assert.DoesNotContain(IPAddress.Parse("192.168.7.255"), hosts);
    }

    [Theory]
    [InlineData("203.0.113.9")]
    [InlineData("8.8.8.8")]
    [InlineData("127.0.0.1")]
    public void Nobody_else_has_neighbours(string address) => Assert.Empty(NearbyServers.Around([IPAddress.Parse(address)]));

    [Fact]
    public void Many_networks_are_not_too_many_hosts_and_one_network_is_asked_once()
    {
        Assert.Equal(252, NearbyServers.Around([IPAddress.Parse("10.1.1.1"), IPAddress.Parse("10.1.1.2")]).Count);
        Assert.Equal(1024, NearbyServers.Around([.. Enumerable.Range(0, 9).Select(part => IPAddress.Parse($"10.1.{part}.1"))]).Count);
    }

    [Fact]
    public async Task Nobody_there_and_a_budget_that_ends_are_no_error()
    {
        Assert.Empty(await NearbyServers.FindAsync([], TimeSpan.FromSeconds(30), TimeProvider.System, CancellationToken.None));
        Assert.Empty(await NearbyServers.FindAsync([IPAddress.Loopback], TimeSpan.Zero, TimeProvider.System, CancellationToken.None));
    }

    [Fact]
    public void Addresses_are_what_the_configuration_takes()
    {
        Assert.Equal("http://10.0.0.5:11434", new NearbyServer("ollama", IPAddress.Parse("10.0.0.5"), 11434).Url);
        Assert.Equal("http://10.0.0.5:1234/v1", new NearbyServer("lmstudio", IPAddress.Parse("10.0.0.5"), 1234).Url);
    }
}

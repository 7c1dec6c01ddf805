using OpenClaw.Edge.Configuration;
using OpenClaw.Edge.Providers;
using OpenClaw.Edge.TestKit;
using OpenClaw.Edge.TestKit.Models;
using Xunit;

namespace OpenClaw.Edge.Core.Tests.Providers;

public sealed class NearbyTests
{
    [Fact]
    public void A_container_also_looks_at_its_host_after_itself()
    {
        ProcessEnvironment environment = new([], "/");
        string[] inside = [.. LocalSearch.Places(environment, inContainer: true).Select(place => $"{place.Id} {place.Uri.Authority}")];

        Assert.Equal(["ollama 127.0.0.1:11434", "lmstudio 127.0.0.1:1234"], inside[..2]);
        Assert.Contains("ollama host.docker.internal:11434", inside);
        Assert.Contains("lmstudio host.containers.internal:1234", inside);
        Assert.Equal(2, LocalSearch.Places(environment, inContainer: false).Count);
    }

    [Theory]
    [InlineData("http://127.0.0.1:11434/")]
    [InlineData("http://192.168.1.20:1234/")]
    [InlineData("http://host.docker.internal:11434/")]
    [InlineData("http://gpu.local/")]
    [InlineData("http://[fd00::1]:8000/")]
    public void A_host_nearby_is_never_asked_through_a_proxy(string uri) => Assert.Null(new NearbyProxyBypass().GetProxy(new Uri(uri)));

    [Theory]
    [InlineData("", 0)]
    [InlineData("a", 1)]
    [InlineData("abcdefgh", 2)]
    [InlineData("你好", 2)]
    [InlineData("ab你好cd", 3)]
    public void Tokens_are_a_quarter_a_letter_and_one_an_ideograph(string text, int tokens) => Assert.Equal(tokens, TokenEstimate.Of(text));

    [Fact]
    public void A_request_counts_everything_that_goes_along()
    {
        ModelRequest bare = Wires.Ask("12345678");
        Assert.True(TokenEstimate.Of(bare) < TokenEstimate.Of(Wires.Ask("12345678", Wires.Tool("read"))));
    }

    [Fact]
    public async Task The_background_sees_a_server_come_back()
    {
        var clock = new ManualTimeProvider();
        await using var wires = new Wires("ollama", clock);
        wires.Server.Enqueue(new ModelAnswer { Fault = ModelFault.Refuse }, new ModelAnswer { Fault = ModelFault.Refuse });
        await Assert.ThrowsAsync<ProviderException>(() => wires.SayAsync("hi"));
        Assert.NotNull(Assert.Single(wires.Router.Health).CooldownUntil);
        wires.Router.Start();
        long began = TimeProvider.System.GetTimestamp();
        while (Assert.Single(wires.Router.Health).CooldownUntil is not null)
        {
            Assert.True(TimeProvider.System.GetElapsedTime(began) < TimeSpan.FromSeconds(10), "it stayed away");
            await Task.Yield();
        }
    }
}

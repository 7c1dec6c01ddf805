using System.Net;
using OpenClaw.Edge.Configuration;
using OpenClaw.Edge.TestKit;
using Xunit;

namespace OpenClaw.Edge.Tests.Http;

public sealed class RateLimitTests
{
    [Fact]
    public async Task The_request_over_the_limit_waits_as_long_as_it_is_told()
    {
        ManualTimeProvider clock = new();
        await using HttpHost host = await HttpHost.StartAsync(Limits(all: 600, own: 2), clock);
        using HttpResponseMessage first = await host.Client.GetAsync("/v1/models/openclaw");
        Assert.Equal("1", first.Headers.GetValues("x-ratelimit-remaining-requests").Single());
        clock.Advance(TimeSpan.FromSeconds(20));
        Assert.Equal(HttpStatusCode.OK, (await host.Client.GetAsync("/v1/models/openclaw")).StatusCode);
        using HttpResponseMessage third = await host.Client.GetAsync("/v1/models/openclaw");
        Assert.Equal(HttpStatusCode.TooManyRequests, third.StatusCode);
        Assert.Equal("40", third.Headers.GetValues("Retry-After").Single());
        Assert.Contains("maxRequestsPerMinutePerToken is 2", await third.Content.ReadAsStringAsync());
        clock.Advance(TimeSpan.FromSeconds(40));
        Assert.Equal(HttpStatusCode.OK, (await host.Client.GetAsync("/v1/models/openclaw")).StatusCode);
        Assert.Equal(HttpStatusCode.TooManyRequests, (await host.Client.GetAsync("/v1/models/openclaw")).StatusCode);
    }

    [Fact]
    public async Task The_limit_for_all_holds_too_and_probes_are_free()
    {
        await using HttpHost host = await HttpHost.StartAsync(Limits(all: 1, own: 0), new ManualTimeProvider());
        await host.Client.GetAsync("/v1/models/openclaw");
        using HttpResponseMessage second = await host.Client.GetAsync("/v1/models/openclaw");
        Assert.Equal(HttpStatusCode.TooManyRequests, second.StatusCode);
        Assert.Contains("maxRequestsPerMinute is 1", await second.Content.ReadAsStringAsync());
        Assert.Equal(HttpStatusCode.OK, (await host.Client.GetAsync("/healthz")).StatusCode);
    }

    [Fact]
    public async Task A_stranger_does_not_use_up_the_owners_minute()
    {
        await using HttpHost host = await HttpHost.StartAsync(Limits(all: 1, own: 1), new ManualTimeProvider());
        HttpRequestMessage stranger = new(HttpMethod.Get, "/v1/models/openclaw");
        stranger.Headers.Authorization = new("Bearer", "");
        Assert.Equal(HttpStatusCode.Unauthorized, (await host.Client.SendAsync(stranger)).StatusCode);
        Assert.Equal(HttpStatusCode.OK, (await host.Client.GetAsync("/v1/models/openclaw")).StatusCode);
    }

    private static EdgeConfig Limits(int all, int own) => new()
    {
        Gateway = new GatewayConfig
        {
            RateLimit = new RequestRateLimitConfig { MaxRequestsPerMinute = all, MaxRequestsPerMinutePerToken = own },
        },
    };
}

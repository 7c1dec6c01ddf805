using System.Net;
using System.Text.Json;
using OpenClaw.Edge.Diagnostics;
using Xunit;

namespace OpenClaw.Edge.Tests.Http;

public sealed class ProbeTests
{
    [Theory]
    [InlineData("/health")]
    [InlineData("/healthz")]
    public async Task Liveness_is_the_originals_body_to_the_byte(string path)
    {
        await using HttpHost host = await HttpHost.StartAsync();
        host.Client.DefaultRequestHeaders.Authorization = null;
        using HttpResponseMessage response = await host.Client.GetAsync(path);
        Assert.Equal(HttpStatusCode.OK, response.StatusCode);
        Assert.Equal("""{"ok":true,"status":"live"}""", await response.Content.ReadAsStringAsync());
        Assert.Equal("application/json; charset=utf-8", response.Content.Headers.ContentType?.ToString());
        Assert.True(response.Headers.CacheControl?.NoStore);
        Assert.Equal("nosniff", response.Headers.GetValues("X-Content-Type-Options").Single());
        Assert.Equal("no-referrer", response.Headers.GetValues("Referrer-Policy").Single());
    }

    [Fact]
    public async Task A_head_probe_has_headers_only()
    {
        await using HttpHost host = await HttpHost.StartAsync();
        using HttpResponseMessage response =
            await host.Client.SendAsync(new HttpRequestMessage(HttpMethod.Head, "/readyz"));
        Assert.Equal(HttpStatusCode.OK, response.StatusCode);
        Assert.Empty(await response.Content.ReadAsByteArrayAsync());
    }

    [Theory]
    [InlineData("/health")]
    [InlineData("/readyz")]
    [InlineData("/startupz")]
    public async Task Another_verb_is_405_and_says_which_are_allowed(string path)
    {
        await using HttpHost host = await HttpHost.StartAsync();
        using HttpResponseMessage response = await host.PostAsync(path, "{}");
        Assert.Equal(HttpStatusCode.MethodNotAllowed, response.StatusCode);
        Assert.Equal(["GET", "HEAD"], response.Content.Headers.Allow);
        Assert.Equal("Method Not Allowed", await response.Content.ReadAsStringAsync());
    }

    [Fact]
    public async Task A_path_below_a_probe_is_nothing()
    {
        await using HttpHost host = await HttpHost.StartAsync();
        Assert.Equal(HttpStatusCode.NotFound, (await host.Client.GetAsync("/healthz/x")).StatusCode);
    }

    [Fact]
    public async Task Readiness_names_what_fails()
    {
        await using HttpHost host = await HttpHost.StartAsync();
        host.DatabaseOpen = false;
        host.Health.Raise(new Warnable("state-full", "The disk is full.", BlocksReady: true));
        host.Health.Raise(new Warnable("harmless", "Only a note."));
        host.Lifecycle.MarkDraining();
        using HttpResponseMessage response = await host.Client.GetAsync("/ready");
        JsonElement body = await HttpHost.JsonOf(response);
        Assert.Equal(HttpStatusCode.ServiceUnavailable, response.StatusCode);
        Assert.False(body.GetProperty("ready").GetBoolean());
        Assert.Equal(
            ["gateway-draining", "state-database", "state-full"],
            body.GetProperty("failing").EnumerateArray().Select(name => name.GetString()));
    }

    [Fact]
    public async Task A_stranger_learns_a_bare_yes_or_no()
    {
        await using HttpHost host = await HttpHost.StartAsync();
        host.Client.DefaultRequestHeaders.Authorization = null;
        host.Client.DefaultRequestHeaders.Add("X-Forwarded-For", "203.0.113.9"); // no longer local-direct
        string body = await host.Client.GetStringAsync("/readyz");
        Assert.Equal("""{"ready":true,"status":"ready"}""", body);
    }

    [Fact]
    public async Task Start_probe_follows_the_lifecycle()
    {
        await using HttpHost host = await HttpHost.StartAsync();
        JsonElement started = await HttpHost.JsonOf(await host.Client.GetAsync("/startup"));
        Assert.Equal("started", started.GetProperty("status").GetString());
        host.Lifecycle.WaitFor("startup-sidecars");
        using HttpResponseMessage response = await host.Client.GetAsync("/startupz");
        JsonElement starting = await HttpHost.JsonOf(response);
        Assert.Equal(HttpStatusCode.ServiceUnavailable, response.StatusCode);
        Assert.Equal("starting", starting.GetProperty("status").GetString());
        Assert.Equal("startup-sidecars", starting.GetProperty("pendingReason").GetString());
    }
}

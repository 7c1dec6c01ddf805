using System.Net;
using System.Text.Json;
using OpenClaw.Edge.Platform;
using Xunit;

namespace OpenClaw.Edge.Tests.Http;

public sealed class StrainTests
{
    private const long Mb = 1 << 20;

    [Theory]
    [InlineData("/v1/chat/completions", """{"model":"local/model","messages":[{"role":"user","content":"hello"}]}""")]
    [InlineData("/v1/responses", """{"model":"local/model","input":"hello"}""")]
    [InlineData("/v1/embeddings", """{"model":"local/model","input":"hello"}""")]
    public async Task New_work_is_refused_while_memory_is_short(string path, string body)
    {
        await using HttpHost host = await HttpHost.StartAsync();
        host.Memory = new MachineMemory(256 * Mb, 1 * Mb);

        using HttpResponseMessage answer = await host.PostAsync(path, body);

        Assert.Equal(HttpStatusCode.ServiceUnavailable, answer.StatusCode);
        Assert.Equal(TimeSpan.FromSeconds(5), answer.Headers.RetryAfter!.Delta);
        JsonElement error = (await HttpHost.JsonOf(answer)).GetProperty("error");
        Assert.Equal("memory_pressure", error.GetProperty("code").GetString());
        Assert.Equal(HttpStatusCode.OK, (await host.Client.GetAsync("/healthz")).StatusCode);
        Assert.Equal(HttpStatusCode.OK, (await host.Client.GetAsync("/v1/models")).StatusCode);
        string metrics = await host.Client.GetStringAsync("/metrics");
        Assert.Contains("openclaw_memory_short 1\n", metrics, StringComparison.Ordinal);
        Assert.Contains("openclaw_load_shed_total 1\n", metrics, StringComparison.Ordinal);
        Assert.Contains("openclaw_memory_available_bytes 1048576\n", metrics, StringComparison.Ordinal);
    }

    [Fact]
    public async Task With_room_there_is_nothing_to_see_but_the_room()
    {
        await using HttpHost host = await HttpHost.StartAsync();
        string metrics = await host.Client.GetStringAsync("/metrics");
        Assert.Contains("openclaw_memory_short 0\n", metrics, StringComparison.Ordinal);
        Assert.Contains("openclaw_memory_limit_bytes 1073741824\n", metrics, StringComparison.Ordinal);
        Assert.DoesNotContain("openclaw_temperature_celsius", metrics, StringComparison.Ordinal);
    }
}

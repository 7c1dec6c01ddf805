using System.Net;
using OpenClaw.Edge.Configuration;
using Xunit;

namespace OpenClaw.Edge.Tests.Http;

public sealed class RouteTests
{
    [Theory]
    [InlineData("/nothing")]
    [InlineData("/api/unknown")]
    [InlineData("/v1/unknown")]
    public async Task An_unknown_path_is_json_and_never_a_page(string path)
    {
        await using HttpHost host = await HttpHost.StartAsync();
        using HttpResponseMessage response = await host.Client.GetAsync(path);
        Assert.Equal(HttpStatusCode.NotFound, response.StatusCode);
        Assert.Equal(
            """{"error":{"message":"Not Found","type":"not_found"}}""", await response.Content.ReadAsStringAsync());
    }

    [Fact]
    public async Task Options_is_405_and_no_answer_has_cors_headers()
    {
        await using HttpHost host = await HttpHost.StartAsync();
        HttpRequestMessage preflight = new(HttpMethod.Options, "/v1/chat/completions");
        preflight.Headers.Add("Origin", "https://evil.example");
        preflight.Headers.Add("Access-Control-Request-Method", "POST");
        using HttpResponseMessage response = await host.Client.SendAsync(preflight);
        Assert.Equal(HttpStatusCode.MethodNotAllowed, response.StatusCode);
        Assert.Equal(["POST"], response.Content.Headers.Allow);
        Assert.DoesNotContain(response.Headers, header => header.Key.StartsWith("Access-Control", StringComparison.OrdinalIgnoreCase));
    }

    [Theory]
    [InlineData("/")]
    [InlineData("/v1/models")]
    [InlineData("/nothing")]
    public async Task A_rebinding_page_gets_nothing(string path)
    {
        await using HttpHost host = await HttpHost.StartAsync();
        host.Client.DefaultRequestHeaders.Host = "evil.example:18789";
        using HttpResponseMessage response = await host.Client.GetAsync(path);
        Assert.Equal(HttpStatusCode.Forbidden, response.StatusCode);
    }

    [Fact]
    public async Task A_foreign_origin_is_refused_even_with_the_token()
    {
        await using HttpHost host = await HttpHost.StartAsync();
        host.Client.DefaultRequestHeaders.Add("Origin", "https://evil.example");
        Assert.Equal(HttpStatusCode.Forbidden, (await host.Client.GetAsync("/v1/models")).StatusCode);
    }

    [Fact]
    public async Task Proxy_evidence_of_an_untrusted_peer_is_refused()
    {
        await using HttpHost host = await HttpHost.StartAsync();
        host.Client.DefaultRequestHeaders.Add("X-Forwarded-For", "203.0.113.9");
        using HttpResponseMessage response = await host.Client.GetAsync("/v1/models");
        Assert.Equal(HttpStatusCode.Forbidden, response.StatusCode);
        Assert.Contains("proxy_attribution_required", await response.Content.ReadAsStringAsync());
    }

    [Theory]
    [InlineData(null)]
    [InlineData("wrong")]
    public async Task Without_the_secret_the_answer_is_401_as_the_original_writes_it(string? secret)
    {
        await using HttpHost host = await HttpHost.StartAsync();
        host.Client.DefaultRequestHeaders.Authorization = secret is null ? null : new("Bearer", secret);
        using HttpResponseMessage response = await host.Client.GetAsync("/v1/models");
        Assert.Equal(HttpStatusCode.Unauthorized, response.StatusCode);
        Assert.Equal(
            """{"error":{"message":"Unauthorized","type":"unauthorized"}}""", await response.Content.ReadAsStringAsync());
    }

    [Fact]
    public async Task Ten_wrong_secrets_lock_the_address_out()
    {
        EdgeConfig config = new()
        {
            Gateway = new GatewayConfig
            {
                Auth = new AuthConfig { RateLimit = new AuthRateLimitConfig { MaxAttempts = 2, ExemptLoopback = false } },
            },
        };
        await using HttpHost host = await HttpHost.StartAsync(config);
        host.Client.DefaultRequestHeaders.Authorization = new("Bearer", "wrong");
        await host.Client.GetAsync("/v1/models");
        await host.Client.GetAsync("/v1/models");
        using HttpResponseMessage response = await host.Client.GetAsync("/v1/models");
        Assert.Equal(HttpStatusCode.TooManyRequests, response.StatusCode);
        Assert.InRange(response.Headers.RetryAfter!.Delta!.Value.TotalSeconds, 1, 300);
        Assert.Contains("Too many failed authentication attempts", await response.Content.ReadAsStringAsync());
    }

    [Fact]
    public async Task A_switched_off_endpoint_is_404_text_before_any_credential()
    {
        EdgeConfig config = new()
        {
            Gateway = new GatewayConfig
            {
                Http = new HttpConfig
                {
                    Endpoints = new HttpEndpointsConfig
                    {
                        ChatCompletions = new HttpEndpointConfig { Enabled = false },
                        Responses = new HttpEndpointConfig { Enabled = false },
                    },
                },
            },
        };
        await using HttpHost host = await HttpHost.StartAsync(config);
        host.Client.DefaultRequestHeaders.Authorization = null;
        foreach (string path in (string[])["/v1/models", "/v1/chat/completions", "/v1/embeddings"])
        {
            using HttpResponseMessage response = await host.Client.GetAsync(path);
            Assert.Equal(HttpStatusCode.NotFound, response.StatusCode);
            Assert.Equal("Not Found", await response.Content.ReadAsStringAsync());
        }
    }

    [Fact]
    public async Task The_landing_page_works_without_script_and_shows_no_secret()
    {
        await using HttpHost host = await HttpHost.StartAsync();
        host.Client.DefaultRequestHeaders.Authorization = null;
        using HttpResponseMessage response = await host.Client.GetAsync("/");
        string page = await response.Content.ReadAsStringAsync();
        Assert.Equal("text/html; charset=utf-8", response.Content.Headers.ContentType?.ToString());
        Assert.Contains("OpenClaw Edge", page);
        Assert.DoesNotContain("<script", page);
        Assert.DoesNotContain(HttpHost.Token, page);
        string policy = response.Headers.GetValues("Content-Security-Policy").Single();
        Assert.StartsWith("default-src 'none'", policy);
        Assert.DoesNotContain("unsafe", policy);
    }

    [Fact]
    public async Task Metrics_need_the_token_and_count()
    {
        await using HttpHost host = await HttpHost.StartAsync();
        await host.Client.GetAsync("/v1/models");
        await host.Client.GetAsync("/nothing");
        string text = await host.Client.GetStringAsync("/api/diagnostics/prometheus");
        Assert.Contains("openclaw_http_requests_total{route=\"models\"} 1\n", text);
        Assert.Contains("openclaw_http_responses_total{class=\"4xx\"} 1\n", text);
        host.Client.DefaultRequestHeaders.Authorization = null;
        Assert.Equal(HttpStatusCode.Unauthorized, (await host.Client.GetAsync("/api/diagnostics/prometheus")).StatusCode);
    }

    [Fact]
    public async Task An_expectation_that_nobody_knows_is_417()
    {
        await using HttpHost host = await HttpHost.StartAsync();
        host.Client.DefaultRequestHeaders.Add("Expect", "magic");
        Assert.Equal(HttpStatusCode.ExpectationFailed, (await host.Client.GetAsync("/v1/models")).StatusCode);
    }
}

using System.Net;
using System.Net.Http.Headers;
using System.Text.Json;
using OpenClaw.Edge.Configuration;
using Xunit;

namespace OpenClaw.Edge.Tests.Http;

/// <summary>Who a request is from when a proxy, a process of this host, or a paired page asks.</summary>
public sealed class TrustedProxyTests
{
    [Fact]
    public async Task A_user_for_whom_the_proxy_vouches_gets_in()
    {
        await using HttpHost host = await StartAsync();
        using HttpResponseMessage response = await SendAsync(host, "/v1/models", ("x-user", "ada@example.org"), ("x-forwarded-for", "203.0.113.9"));
        Assert.Equal(HttpStatusCode.OK, response.StatusCode);
    }

    [Fact]
    public async Task The_users_scopes_are_those_that_the_proxy_names()
    {
        await using HttpHost host = await StartAsync();
        using HttpResponseMessage response = await SendAsync(
            host, "/control-ui-config.json", ("x-user", "ada@example.org"), ("x-forwarded-for", "203.0.113.9"), ("x-openclaw-scopes", "operator.pairing"));
        Assert.Equal(HttpStatusCode.Forbidden, response.StatusCode);
    }

    [Theory]
    [InlineData("x-other", "ada@example.org")]
    [InlineData("x-user", "eve@example.org")]
    [InlineData("x-user", " ")]
    public async Task Nobody_else_gets_in(string header, string user)
    {
        await using HttpHost host = await StartAsync();
        using HttpResponseMessage response = await SendAsync(host, "/v1/models", (header, user), ("x-forwarded-for", "203.0.113.9"));
        JsonElement error = (await HttpHost.JsonOf(response)).GetProperty("error");
        Assert.Equal(HttpStatusCode.Unauthorized, response.StatusCode);
        Assert.Equal("trusted_proxy_identity_required", error.GetProperty("code").GetString());
    }

    [Fact]
    public async Task The_password_is_for_processes_of_this_host_only()
    {
        await using HttpHost host = await StartAsync();
        host.Password = "local-password-0123456789";
        using HttpResponseMessage local = await SendAsync(host, "/v1/models", ("Authorization", "Bearer local-password-0123456789"));
        using HttpResponseMessage proxied = await SendAsync(
            host, "/v1/models", ("Authorization", "Bearer local-password-0123456789"), ("x-forwarded-for", "203.0.113.9"));
        Assert.Equal(HttpStatusCode.OK, local.StatusCode);
        Assert.Equal(HttpStatusCode.Unauthorized, proxied.StatusCode);
    }

    [Fact]
    public async Task A_pages_device_token_reads_its_configuration_and_nothing_else()
    {
        await using HttpHost host = await HttpHost.StartAsync();
        host.Client.DefaultRequestHeaders.Authorization = new AuthenticationHeaderValue("Bearer", "device-token-of-a-page");
        using HttpResponseMessage page = await host.Client.GetAsync("/control-ui-config.json");
        using HttpResponseMessage models = await host.Client.GetAsync("/v1/models");
        host.Client.DefaultRequestHeaders.Authorization = new AuthenticationHeaderValue("Bearer", "somebody-elses-token");
        using HttpResponseMessage stranger = await host.Client.GetAsync("/control-ui-config.json");
        Assert.Equal(HttpStatusCode.OK, page.StatusCode);
        Assert.Equal(HttpStatusCode.Unauthorized, models.StatusCode);
        Assert.Equal(HttpStatusCode.Unauthorized, stranger.StatusCode);
    }

    private static async Task<HttpHost> StartAsync()
    {
        HttpHost host = await HttpHost.StartAsync();
        host.AuthMode = "trusted-proxy";
        GatewayConfig gateway = host.Config.Gateway;
        host.Config = host.Config with
        {
            Gateway = gateway with
            {
                TrustedProxies = ["127.0.0.1"],
                Auth = gateway.Auth with
                {
                    TrustedProxy = new TrustedProxyAuthConfig { UserHeader = "x-user", AllowUsers = ["ada@example.org"], AllowLoopback = true },
                },
            },
        };
        host.Client.DefaultRequestHeaders.Authorization = null;
        return host;
    }

    private static async Task<HttpResponseMessage> SendAsync(HttpHost host, string path, params (string Name, string Value)[] headers)
    {
        using var request = new HttpRequestMessage(HttpMethod.Get, path);
        foreach ((string name, string value) in headers)
        {
            request.Headers.TryAddWithoutValidation(name, value);
        }

        return await host.Client.SendAsync(request);
    }
}

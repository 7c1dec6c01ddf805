using System.Text.Json;
using OpenClaw.Edge.TestKit.Gateways;
using OpenClaw.Edge.TestKit.Models;
using Xunit;

namespace OpenClaw.Edge.Tests.Functional;

/// <summary>A test class whose every test has a gateway of its own, with a scripted model behind it.</summary>
/// <param name="config">Further members of the configuration's root object, JSON5, each with a comma behind it.</param>
public abstract class WithGateway(string config = "") : IAsyncLifetime
{
    /// <summary>The model server.</summary>
    protected ScriptedModelServer Model { get; } = ScriptedModelServer.Start();

    /// <summary>What the gateway owns on disk.</summary>
    protected GatewayHome Home { get; private set; } = null!;

    /// <summary>The gateway.</summary>
    protected RunningGateway Gateway { get; set; } = null!;

    /// <inheritdoc/>
    public virtual async ValueTask InitializeAsync()
    {
        Home = new GatewayHome(Model.BaseUri, config);
        Gateway = await RunningGateway.StartAsync(Home);
    }

    /// <inheritdoc/>
    public virtual async ValueTask DisposeAsync()
    {
        await Gateway.DisposeAsync();
        Home.Dispose();
        await Model.DisposeAsync();
        GC.SuppressFinalize(this);
    }

    /// <summary>Stops the gateway as systemd does and starts it again on the same files.</summary>
    protected virtual async Task RestartAsync()
    {
        await Gateway.StopAsync();
        await Gateway.DisposeAsync();
        Gateway = await RunningGateway.StartAsync(Home);
    }

    /// <summary>The message with which a call is refused.</summary>
    protected static async Task<GatewayCallException> RefusedAsync(GatewayTestClient client, string method, string parameters = "{}") =>
        await Assert.ThrowsAsync<GatewayCallException>(() => client.CallAsync(method, parameters));

    /// <summary>The texts of a list.</summary>
    protected static string[] Texts(JsonElement list) => [.. list.EnumerateArray().Select(item => item.GetString()!)];
}

using OpenClaw.Edge.TestKit.Gateways;
using OpenClaw.Edge.Tests.Functional;

namespace OpenClaw.Edge.Tests.Gateway;

/// <summary>A test class whose every test has a gateway of its own and a client that may do everything.</summary>
/// <param name="config">Further members of the configuration's root object, JSON5, each with a comma behind it.</param>
public abstract class WithClient(string config = "") : WithGateway(config)
{
    /// <summary>The client.</summary>
    protected GatewayTestClient Client { get; private set; } = null!;

    /// <inheritdoc/>
    public override async ValueTask InitializeAsync()
    {
        await base.InitializeAsync();
        Client = await Gateway.ConnectAsync();
    }

    /// <inheritdoc/>
    public override async ValueTask DisposeAsync()
    {
        await Client.DisposeAsync();
        await base.DisposeAsync();
        GC.SuppressFinalize(this);
    }

    /// <inheritdoc/>
    protected override async Task RestartAsync()
    {
        await Client.DisposeAsync();
        await base.RestartAsync();
        Client = await Gateway.ConnectAsync();
    }

    /// <summary>How a call is refused.</summary>
    protected Task<GatewayCallException> RefusedAsync(string method, string parameters) => RefusedAsync(Client, method, parameters);

    /// <summary>The message with which a call is refused.</summary>
    protected async Task<string> RefusalAsync(string method, string parameters) => (await RefusedAsync(method, parameters)).Message;
}

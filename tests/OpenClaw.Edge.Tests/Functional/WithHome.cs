using OpenClaw.Edge.TestKit.Gateways;
using OpenClaw.Edge.TestKit.Models;

namespace OpenClaw.Edge.Tests.Functional;

/// <summary>A test class whose every test has a state directory of its own and a scripted model, and starts gateways itself.</summary>
public abstract class WithHome : IAsyncDisposable
{
    /// <summary>Makes the directory.</summary>
    protected WithHome() => Home = new GatewayHome(Model.BaseUri);

    /// <summary>The model server.</summary>
    protected ScriptedModelServer Model { get; } = ScriptedModelServer.Start();

    /// <summary>What the gateway owns on disk.</summary>
    protected GatewayHome Home { get; }

    /// <inheritdoc/>
    public async ValueTask DisposeAsync()
    {
        await Model.DisposeAsync();
        Home.Dispose();
        GC.SuppressFinalize(this);
    }
}

using OpenClaw.Edge.Providers;
using OpenClaw.Edge.TestKit.Models;

namespace OpenClaw.Edge.Tests.Http;

/// <summary>Lists what the scripted server serves; answers only come through the pass-through.</summary>
internal sealed class ListedProvider(ScriptedModelServer server) : IModelProvider
{
    public string Id => "local";

    public IAsyncEnumerable<ChatDelta> StreamAsync(ModelRequest request, CancellationToken cancellationToken) =>
        throw new ProviderException(ProviderFailure.BadRequest, $"the test does not stream {request.Model}");

    public Task<IReadOnlyList<ModelInfo>> ListModelsAsync(CancellationToken cancellationToken) =>
        Task.FromResult<IReadOnlyList<ModelInfo>>(
        [
            .. server.Models.Select(model => new ModelInfo
            {
                Id = model.Id,
                Name = model.Id,
                Provider = "local",
                Embedding = model.Embedding,
            }),
        ]);
}

namespace OpenClaw.Edge.Tests.Http;

/// <summary>The body of a client that leaves when it has sent it.</summary>
internal sealed class LeavingBody(byte[] body, CancellationTokenSource leaving) : MemoryStream(body)
{
    public override async ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default)
    {
        int count = await base.ReadAsync(buffer, CancellationToken.None);
        if (count == 0)
        {
            await leaving.CancelAsync();
        }

        return count;
    }
}

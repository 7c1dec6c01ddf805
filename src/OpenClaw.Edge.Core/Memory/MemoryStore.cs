using System.Buffers.Binary;
using System.Security.Cryptography;
using System.Text;
using OpenClaw.Edge.Storage;

namespace OpenClaw.Edge.Memory;

/// <summary>Files, pieces and vectors in the database. Thread-safe; every method throws <see cref="StorageException"/>.</summary>
internal sealed partial class MemoryStore(EdgeDatabase database)
{
    /// <summary>Bytes of a piece's hash: half of a SHA-256.</summary>
    public const int HashBytes = 16;

    private const int SlotBytes = 12; // number of the piece, what a code of one stands for
    private const int PackBytes = 64 * 1024; // below the size at which .NET keeps an array apart
    private const int ChunksAWrite = 64; // others wait for the writer meanwhile

    /// <summary>Vectors that one pack takes.</summary>
    public static int PackCapacity(int dimensions) => Math.Clamp(PackBytes / VectorMath.Stride(dimensions), 8, 512);

    /// <summary>The hash under which a piece's vector is kept.</summary>
    public static byte[] Hash(string heading, string text) => SHA256.HashData(Encoding.UTF8.GetBytes($"{heading}\n{text}"))[..HashBytes];

    /// <summary>What is indexed of an agent, by path.</summary>
    public Dictionary<string, StoredFile> Files(string agentId) => database.Read(connection => connection.All(
        MemoryTable.Files,
        row => (Path: row.GetString(1), File: new StoredFile(row.GetInt64(0), row.GetString(2), row.Blob(3).ToArray(), row.GetInt64(4), row.GetInt64(5))),
        agentId).ToDictionary(item => item.Path, item => item.File, StringComparer.Ordinal));

    /// <summary>Ids of the agents that something is indexed of.</summary>
    public IReadOnlyList<string> Agents() => database.Read(connection => connection.All(MemoryTable.Agents, row => row.GetString(0)));

    /// <summary>Whether a file is indexed.</summary>
    public bool Has(string agentId, string path) => database.Read(connection => connection.Number(MemoryTable.HasFile, agentId, path)) > 0;

    /// <summary>Whether anything is indexed of an agent.</summary>
    public bool HasAny(string agentId) => database.Read(connection => connection.Number(MemoryTable.HasAny, agentId)) > 0;

    /// <summary>The model of an agent's packs; null when there are none.</summary>
    public string? ModelOf(string agentId) => database.Read(connection => connection.First(MemoryTable.ModelOfAgent, row => row.GetString(0), agentId));

    /// <summary>Puts a file's pieces in the place of the old ones. After a break in the middle it counts as changed.</summary>
    public async Task ReplaceAsync(
        string agentId, MemoryFile file, string rule, byte[] hash, IReadOnlyList<MemoryChunk> chunks, CancellationToken cancellationToken)
    {
        long id = await database.WriteAsync(
            connection =>
            {
                long made = connection.Number(MemoryTable.PutFile, agentId, file.Path, rule, Array.Empty<byte>(), file.Size, file.ModifiedMs, file.Day);
                Clear(connection, made);
                return made;
            },
            cancellationToken);
        foreach (MemoryChunk[] slice in chunks.Chunk(ChunksAWrite))
        {
            await database.WriteAsync(
                connection =>
                {
                    foreach (MemoryChunk chunk in slice)
                    {
                        connection.Execute(
                            MemoryTable.InsertChunk, id, agentId, chunk.FirstLine, chunk.LastLine, Hash(chunk.Heading, chunk.Text), chunk.Heading, chunk.Text);
                    }
                },
                cancellationToken);
        }

        await database.WriteAsync(
            connection => connection.Number(MemoryTable.PutFile, agentId, file.Path, rule, hash, file.Size, file.ModifiedMs, file.Day), cancellationToken);
    }

    /// <summary>Notes that a file was written again with the same content.</summary>
    public Task TouchAsync(long fileId, long modifiedMs, CancellationToken cancellationToken) =>
        database.WriteAsync(connection => connection.Execute(MemoryTable.TouchFile, fileId, modifiedMs), cancellationToken);

    /// <summary>Takes a file out.</summary>
    public Task RemoveAsync(long fileId, CancellationToken cancellationToken) => database.WriteAsync(
        connection =>
        {
            Clear(connection, fileId);
            connection.Execute(MemoryTable.DeleteFile, fileId);
        },
        cancellationToken);

    /// <summary>Counts of an agent: files, pieces, letters, pieces with a vector; and the model these are of.</summary>
    public (long Files, long Chunks, long Characters, long Embedded, string? Model) Counts(string agentId) => database.Read(connection =>
    {
        (long, long, long, long) counts = default;
        string? model = null;
        connection.Each(
            MemoryTable.Counts,
            row =>
            {
                counts = (row.GetInt64(0), row.GetInt64(1), row.GetInt64(2), row.GetInt64(3));
                return false;
            },
            agentId);
        connection.Each(
            MemoryTable.ModelOfAgent,
            row =>
            {
                model = row.GetString(0);
                return false;
            },
            agentId);
        return (counts.Item1, counts.Item2, counts.Item3, counts.Item4, model);
    });

    // The pieces of a file go, and their places in packs.
    private static void Clear(EdgeConnection connection, long fileId)
    {
        IReadOnlyList<(long Pack, int Slot)> places = connection.All(
            MemoryTable.PlacesOfFile, row => (row.GetInt64(0), (int)row.GetInt64(1)), fileId);
        foreach (IGrouping<long, (long Pack, int Slot)> group in places.GroupBy(place => place.Pack))
        {
            if (ReadSlots(connection, group.Key) is not { } pack)
            {
                continue;
            }

            foreach ((_, int slot) in group)
            {
                BinaryPrimitives.WriteInt64LittleEndian(pack.Slots.AsSpan(slot * SlotBytes), 0);
                pack.Live--;
            }

            if (pack.Live > 0)
            {
                connection.Execute(MemoryTable.UpdatePack, group.Key, pack.Used, pack.Live, pack.Slots);
            }
            else
            {
                connection.Execute(MemoryTable.DeletePack, group.Key);
                connection.Execute(MemoryTable.DeleteCodes, group.Key);
            }
        }

        connection.Execute(MemoryTable.DeleteChunks, fileId);
    }

    private static Pack? ReadSlots(EdgeConnection connection, long id) => connection.First(
        MemoryTable.SlotsOfPack, row => new Pack { Used = (int)row.GetInt64(0), Live = (int)row.GetInt64(1), Slots = row.Blob(2).ToArray() }, id);

    /// <summary>A pack while it is changed.</summary>
    private sealed class Pack
    {
        public long Id { get; set; }

        public int Used { get; set; }

        public int Live { get; set; }

        public required byte[] Slots { get; init; }

        public byte[] Codes { get; init; } = [];
    }
}

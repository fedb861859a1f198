export declare function lazyEntry(entry: string): string;

int take(int n, __int128 wide);
